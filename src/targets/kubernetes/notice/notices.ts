import { inventoryKey } from '../../../model/inventory.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import { resourceKey, showResource } from '../../../model/resource.ts';
import type { ResourceId, ResourceKey } from '../../../model/resource.ts';
import type { Clock } from '../../../system/clock.ts';
import type { Reference, TargetChange, WatchScope } from '../../target.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { isLeftHook } from '../hook/observe.ts';
import { payloadOf } from '../manifest/payload.ts';
import type { Facts, Seen } from '../read/facts.ts';
import type { Reported } from '../read/reported.ts';
import type { Informers } from '../watch/informers.ts';

/** How long a notice waits: our own look may be under way and see the same. */
const settleMs = 10;

interface Watched {
  readonly key: InventoryKey;
  readonly id: ResourceId;
}

/** Tells the engine of what watching finds about the objects of each application, unless it knows already. */
export class Notices {
  readonly #clock: Clock;
  readonly #reported: Reported;
  readonly #tell: (change: TargetChange) => void;
  readonly #end: () => void;
  readonly #stopping = new AbortController();
  readonly #byResource = new Map<ResourceKey, readonly Watched[]>();
  readonly #byApplication = new Map<string, readonly Watched[]>();
  readonly #pending = new Map<ResourceKey, Seen | null>();

  constructor(
    informers: Informers<Facts>,
    reported: Reported,
    clock: Clock,
    tell: (change: TargetChange) => void,
  ) {
    this.#clock = clock;
    this.#reported = reported;
    this.#tell = tell;
    this.#end = informers.subscribe((event) => {
      if (event.kind === 'set') this.#notice(event.type, event.now, event.now);
      else if (event.kind === 'gone') this.#notice(event.type, event.before, null);
    });
  }

  /** Replaces what is watched for an application. */
  scope({ key, references }: WatchScope): void {
    const name = inventoryKey(key);
    const before = this.#byApplication.get(name) ?? [];
    // What becomes of a hook's object is no drift, and a look for each step of a hook would run one that failed for ever.
    const now = references.filter(isKeptUp).map(({ id }) => ({ key, id }));
    if (isSame(before, now)) return;
    for (const { id } of before) this.#drop(name, id);
    if (now.length === 0) this.#byApplication.delete(name);
    else this.#byApplication.set(name, now);
    for (const watched of now) {
      const resource = resourceKey(watched.id);
      // Nearly always there is one: a list that was added to keeps room for more.
      const others = this.#byResource.get(resource);
      this.#byResource.set(resource, others === undefined ? [watched] : [...others, watched]);
    }
    const kept = new Set(now.map(({ id }) => resourceKey(id)));
    for (const { id } of before) if (!kept.has(resourceKey(id))) this.#reported.forget(key, id);
  }

  /** What is watched for an application. */
  of(key: InventoryKey): readonly ResourceId[] {
    return (this.#byApplication.get(inventoryKey(key)) ?? []).map(({ id }) => id);
  }

  /** Applications that have objects of a kind. */
  with({ group, kind }: Pick<ResourceType, 'group' | 'kind'>): readonly InventoryKey[] {
    return [...this.#byApplication.values()].flatMap((watched) => {
      const found = watched.find(({ id }) => id.group === group && id.kind === kind);
      return found === undefined ? [] : [found.key];
    });
  }

  close(): void {
    this.#end();
    this.#stopping.abort();
  }

  #drop(application: string, id: ResourceId): void {
    const resource = resourceKey(id);
    const others = (this.#byResource.get(resource) ?? []).filter(
      ({ key }) => inventoryKey(key) !== application,
    );
    if (others.length === 0) this.#byResource.delete(resource);
    else this.#byResource.set(resource, others);
  }

  #notice(type: ResourceType, { namespace, name }: Seen, now: Seen | null): void {
    const { group, kind } = type;
    const resource = resourceKey({ group, kind, namespace, name });
    if (!this.#byResource.has(resource)) return;
    const isWaiting = this.#pending.has(resource);
    this.#pending.set(resource, now);
    if (!isWaiting) void this.#tellSoon(resource);
  }

  async #tellSoon(resource: ResourceKey): Promise<void> {
    await this.#clock.sleep(settleMs, this.#stopping.signal);
    const now = this.#pending.get(resource) ?? null;
    this.#pending.delete(resource);
    if (this.#stopping.signal.aborted) return;
    for (const { key, id } of this.#byResource.get(resource) ?? []) {
      if (!this.#reported.isNews(key, id, now)) continue;
      this.#tell({ key, id, message: `${showResource(id)} ${describe(now)}` });
    }
  }
}

function isKeptUp(reference: Reference): boolean {
  const { desired } = reference;
  return desired === null ? !isLeftHook(reference) : payloadOf(desired).hook === null;
}

function describe(now: Seen | null): string {
  if (now === null) return 'is gone, or is no longer marked as ours';
  if (now.isDeleting) return 'is being deleted';
  return `has changed (${now.extra.health.status}: ${now.extra.health.message})`;
}

function isSame(left: readonly Watched[], right: readonly Watched[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ id }, at) => {
      const other = right[at]?.id;
      return other === id || (other !== undefined && resourceKey(other) === resourceKey(id));
    })
  );
}
