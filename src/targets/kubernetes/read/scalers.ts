import type { Json } from '../../../model/json.ts';
import type { Desired, ResourceId } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { isFailure } from '../client/failure.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { payloadOf, toPayload } from '../manifest/payload.ts';
import { scaleTargetOf } from '../manifest/scaled.ts';
import type { ScaleTarget } from '../manifest/scaled.ts';
import { covers, ownSet } from '../object/fields-v1.ts';
import { at, parsePointer, withAt } from '../object/pointer.ts';
import type { Seen } from './facts.ts';

const replicas = '/spec/replicas';
/** KEDA works through an autoscaler of its own, but not while it pauses or before it has begun. */
const scalerKinds: readonly (readonly [group: string, kind: string])[] = [
  ['autoscaling', 'HorizontalPodAutoscaler'],
  ['keda.sh', 'ScaledObject'],
];
/** The longest time that a list of autoscalers is believed. */
const maxAgeMs = 10_000;
/**
 * The same, where it says that there is none: one that was made since may have scaled already, and to undo that ends pods. Long
 * enough for all who look at once.
 */
const maxAgeOfNoneMs = 1_000;

/**
 * Whether the number of replicas of an object belongs to an autoscaler that somebody else made: one that is in the source
 * is known without asking. Asked only where the number matters: when it differs, and when something is changed.
 */
export class Scalers {
  readonly #client: KubernetesClient;
  readonly #discovery: Discovery;
  readonly #clock: Clock;
  readonly #lists = new Map<
    string,
    { readonly atMs: number; readonly targets: Promise<readonly ScaleTarget[]> }
  >();

  constructor(client: KubernetesClient, discovery: Discovery, clock: Clock) {
    this.#client = client;
    this.#discovery = discovery;
    this.#clock = clock;
  }

  /**
   * The wish without its number of replicas, where that is an autoscaler's; else the wish itself.
   * @throws FairleadError where the autoscalers cannot be asked for
   */
  async withoutScaled(desired: Desired): Promise<Desired> {
    const number = at(desired.fields, parsePointer(replicas));
    if (number === undefined || !(await this.#isScaled(desired.id))) return desired;
    const payload = payloadOf(desired);
    const released: Record<string, Json> = { ...payload.released, [replicas]: number };
    return {
      ...desired,
      fields: withAt(desired.fields, parsePointer(replicas), undefined),
      payload: toPayload({ ...payload, released }),
    };
  }

  /**
   * Whether a number that was left to an autoscaler is the wish's own again, because that is gone.
   * @throws FairleadError where the autoscalers cannot be asked for
   */
  async isFreed({ id, fields }: Desired, { extra }: Pick<Seen, 'extra'>): Promise<boolean> {
    if (extra.othersReplicas !== true) return false;
    return at(fields, parsePointer(replicas)) !== undefined && !(await this.#isScaled(id));
  }

  /** One was made or removed by ourselves. */
  forget({ group, kind, namespace }: ResourceId): void {
    if (scalerKinds.some((known) => known[0] === group && known[1] === kind))
      this.#lists.delete(namespace);
  }

  async #isScaled(id: ResourceId): Promise<boolean> {
    const isTarget = ({ group, kind, name }: ScaleTarget): boolean =>
      group === id.group && kind === id.kind && name === id.name;
    for (const ageMs of [maxAgeMs, maxAgeOfNoneMs])
      if ((await this.#targets(id.namespace, ageMs)).some(isTarget)) return true;
    return false;
  }

  #targets(namespace: string, ageMs: number): Promise<readonly ScaleTarget[]> {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#lists.get(namespace);
    if (known !== undefined && nowMs - known.atMs <= ageMs) return known.targets;
    const list = { atMs: nowMs, targets: this.#list(namespace) };
    this.#lists.set(namespace, list);
    list.targets.catch(() => {
      if (this.#lists.get(namespace) === list) this.#lists.delete(namespace);
    });
    return list.targets;
  }

  async #list(namespace: string): Promise<readonly ScaleTarget[]> {
    if (namespace === '') return [];
    const lists = scalerKinds.map(([group, kind]) => this.#listKind(group, kind, namespace));
    return (await Promise.all(lists)).flat();
  }

  async #listKind(group: string, kind: string, namespace: string): Promise<readonly ScaleTarget[]> {
    try {
      const type = await this.#discovery.find(group, kind);
      if (type === null) return [];
      const { items } = await this.#client.list(type, { namespace });
      return items.flatMap((body) => {
        const { apiVersion, metadata } = body;
        const manifest = { apiVersion, kind, namespace: metadata.namespace ?? '', body };
        return scaleTargetOf(manifest, namespace) ?? [];
      });
    } catch (thrown) {
      // Who may not see autoscalers goes by the source alone. That nobody answers does not say that there are none.
      if (isFailure(thrown, 'kubernetes.forbidden')) return [];
      throw thrown;
    }
  }
}

/** Whether an object has a number of replicas that somebody else wrote last. */
export function hasOthersReplicas(object: KubeObject): boolean {
  return (
    at(object, parsePointer(replicas)) !== undefined &&
    !covers(ownSet(object), ['f:spec', 'f:replicas'])
  );
}

/** What was found of a wish without its number of replicas, in the shape of the whole wish. */
export function withScaled(wish: Desired, fields: Desired['fields']): Desired['fields'] {
  const parts = parsePointer(replicas);
  return withAt(fields, parts, at(wish.fields, parts));
}
