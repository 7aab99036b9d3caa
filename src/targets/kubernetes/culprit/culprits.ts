import { FairleadError } from '../../../model/error.ts';
import { inventoryKey } from '../../../model/inventory.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import { resourceKey, showResource } from '../../../model/resource.ts';
import type { ResourceId } from '../../../model/resource.ts';
import type { Health } from '../../../model/status.ts';
import { notNeeded } from '../../../model/not-needed.ts';
import type { Clock } from '../../../system/clock.ts';
import type { TargetChange, WatchScope } from '../../target.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import type { Seen } from '../read/facts.ts';
import { suspectsOf } from './suspects.ts';

/** How long a workload is given to get well by itself before its pods are looked at: most do. */
const patienceMs: Readonly<Record<string, number>> = { Progressing: 3_000, Degraded: 500 };

/** Time between two looks at the pods of one workload; doubles each time. */
const firstPauseMs = 3_000;
const longestPauseMs = 60_000;

/** After the workload itself has changed. */
const changedPauseMs = 1_000;

/** Where pods may not be listed. */
const deniedPauseMs = 600_000;

/** Between two looks at whatever workloads: what is not well costs its server at most so much. */
const spacingMs = 200;

interface CulpritsOptions {
  readonly clock: Clock;
  readonly clientFor: (key: InventoryKey) => KubernetesClient;
  /** Health of a workload beside what it owns. */
  readonly judge: (workload: KubeObject, owned: readonly KubeObject[]) => Health;
  readonly tell: (change: TargetChange) => void;
}

interface Entry {
  readonly key: InventoryKey;
  readonly id: ResourceId;
  readonly stop: AbortController;
  workload: KubeObject;
  /** `null`: nobody has looked yet. */
  suspects: readonly KubeObject[] | null;
  nap: AbortController;
  pauseMs: number;
}

/**
 * Which pod keeps a workload from being healthy, and why. Pods are nobody's business while all is well: those of a
 * workload are listed only while it is not, first after a moment, then less and less often, one workload after the other.
 */
export class Culprits {
  readonly #options: CulpritsOptions;
  readonly #entries = new Map<string, Entry>();
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: CulpritsOptions) {
    this.#options = options;
  }

  /** The health of what was just seen, with the pod that is to blame where that is known. Asks nobody. */
  healthOf(key: InventoryKey, id: ResourceId, seen: Seen): Health {
    const { health, workload } = seen.extra;
    if (workload === undefined || seen.isDeleting) {
      this.forget(key, id);
      return health;
    }
    return this.#sentence(this.#entryOf(key, id, workload, health)) ?? health;
  }

  /** As `healthOf`, by asking now. @returns `null` for what is healthy, or runs no pods */
  async explain(
    key: InventoryKey,
    id: ResourceId,
    signal: AbortSignal | undefined,
  ): Promise<Health | null> {
    const entry = this.#entries.get(placeOf(key, id));
    if (entry === undefined) return null;
    const client = this.#options.clientFor(key);
    entry.suspects = await suspectsOf(client, entry.workload, signal);
    return this.#sentence(entry);
  }

  forget(key: InventoryKey, id: ResourceId): void {
    this.#drop(placeOf(key, id));
  }

  /** What an application no longer has is not followed any more. */
  scope({ key, references }: WatchScope): void {
    const kept = new Set(references.map(({ id }) => placeOf(key, id)));
    const name = inventoryKey(key);
    for (const [place, entry] of this.#entries)
      if (inventoryKey(entry.key) === name && !kept.has(place)) this.#drop(place);
  }

  close(): void {
    this.#isClosed = true;
    for (const place of this.#entries.keys()) this.#drop(place);
  }

  #drop(place: string): void {
    const entry = this.#entries.get(place);
    if (entry === undefined) return;
    this.#entries.delete(place);
    entry.stop.abort();
    entry.nap.abort(notNeeded);
  }

  #entryOf(key: InventoryKey, id: ResourceId, workload: KubeObject, health: Health): Entry {
    const place = placeOf(key, id);
    const known = this.#entries.get(place);
    if (known !== undefined && known.workload.metadata.uid === workload.metadata.uid) {
      const isNew = known.workload.metadata.resourceVersion !== workload.metadata.resourceVersion;
      known.workload = workload;
      if (isNew && known.suspects !== null && known.pauseMs > changedPauseMs) {
        known.pauseMs = changedPauseMs;
        known.nap.abort(notNeeded);
      }
      return known;
    }
    this.#drop(place);
    const entry: Entry = {
      key,
      id,
      workload,
      suspects: null,
      stop: new AbortController(),
      nap: new AbortController(),
      pauseMs: firstPauseMs,
    };
    if (this.#isClosed) return entry;
    this.#entries.set(place, entry);
    void this.#follow(entry, patienceMs[health.status] ?? firstPauseMs);
    return entry;
  }

  async #follow(entry: Entry, firstMs: number): Promise<void> {
    const { clock, tell } = this.#options;
    const { stop, key, id } = entry;
    await clock.sleep(firstMs, stop.signal);
    while (!stop.signal.aborted) {
      await this.#takeTurn();
      if (stop.signal.aborted) return;
      const before = this.#sentence(entry)?.message ?? '';
      const isDenied = await this.#look(entry);
      if (stop.signal.aborted) return;
      const now = this.#sentence(entry)?.message ?? '';
      // One more restart is no news.
      if (withoutNumbers(now) !== withoutNumbers(before))
        tell({ key, id, message: `${showResource(id)} ${now}` });
      entry.nap = new AbortController();
      const pauseMs = isDenied ? deniedPauseMs : entry.pauseMs;
      entry.pauseMs = Math.min(entry.pauseMs * 2, longestPauseMs);
      await clock.sleep(pauseMs, entry.nap.signal);
      if (entry.pauseMs === changedPauseMs) await clock.sleep(changedPauseMs, stop.signal);
    }
  }

  /** @returns whether asking again soon makes no sense */
  async #look(entry: Entry): Promise<boolean> {
    try {
      const client = this.#options.clientFor(entry.key);
      entry.suspects = await suspectsOf(client, entry.workload, entry.stop.signal);
      return false;
    } catch (thrown) {
      // What cannot be told now leaves the sentence that the workload itself has.
      return thrown instanceof FairleadError && thrown.class === 'denied';
    }
  }

  #sentence({ workload, suspects }: Entry): Health | null {
    return suspects === null ? null : this.#options.judge(workload, suspects);
  }

  #takeTurn(): Promise<void> {
    const turn = this.#turn;
    this.#turn = turn.then(() => this.#options.clock.sleep(this.#isClosed ? 0 : spacingMs));
    return turn;
  }
}

function placeOf(key: InventoryKey, id: ResourceId): string {
  return `${inventoryKey(key)} ${resourceKey(id)}`;
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, '#');
}
