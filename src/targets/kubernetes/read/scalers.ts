import type { Json } from '../../../model/json.ts';
import type { Desired, ResourceId } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import type { KubernetesClient } from '../client/client.ts';
import { isFailure } from '../client/failure.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { payloadOf, toPayload } from '../manifest/payload.ts';
import { scaleTargetOf } from '../manifest/scaled.ts';
import type { ScaleTarget } from '../manifest/scaled.ts';
import { at, parsePointer, withAt } from '../object/pointer.ts';

const replicas = '/spec/replicas';
/** The longest time that a list of autoscalers is believed. */
const maxAgeMs = 10_000;

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

  async #isScaled({ group, kind, namespace, name }: ResourceId): Promise<boolean> {
    const nowMs = this.#clock.monotonicMs();
    let list = this.#lists.get(namespace);
    if (list === undefined || nowMs - list.atMs > maxAgeMs) {
      const targets = this.#list(namespace);
      list = { atMs: nowMs, targets };
      this.#lists.set(namespace, list);
      targets.catch(() => this.#lists.delete(namespace));
    }
    return (await list.targets).some(
      (target) => target.group === group && target.kind === kind && target.name === name,
    );
  }

  /** KEDA's ScaledObjects work through autoscalers of their own, so that these are all there are. */
  async #list(namespace: string): Promise<readonly ScaleTarget[]> {
    try {
      const type = await this.#discovery.find('autoscaling', 'HorizontalPodAutoscaler');
      if (type === null || namespace === '') return [];
      const { items } = await this.#client.list(type, { namespace });
      return items.flatMap((body) => {
        const { apiVersion, kind, metadata } = body;
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

/** What was found of a wish without its number of replicas, in the shape of the whole wish. */
export function withScaled(wish: Desired, fields: Desired['fields']): Desired['fields'] {
  const parts = parsePointer(replicas);
  return withAt(fields, parts, at(wish.fields, parts));
}
