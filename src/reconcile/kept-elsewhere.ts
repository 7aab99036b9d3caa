import { errorFromRecord, errorRecord } from '../model/error.ts';
import type { ErrorRecord } from '../model/error.ts';
import { inventoryKey } from '../model/inventory.ts';
import type { Inventory, InventoryKey } from '../model/inventory.ts';
import { placeOf } from '../plan/plan.ts';
import type { Clock } from '../system/clock.ts';
import type { Ledger, Target } from '../targets/target.ts';
import type { RunContext } from './context.ts';
import type { ApplicationRuntime } from './runtime.ts';

/**
 * How long records that were read count, in milliseconds. Hundreds that leave at once would each read those of thousands.
 * Between a look and the delete that follows from it passes more.
 */
const freshMs = 1_000;

/** What has been recorded in one environment at one target, by place and by application. */
interface Snapshot {
  readonly atMs: number;
  /** Looks that ended later may have written more. */
  readonly turn: number;
  readonly holders: ReadonlyMap<string, readonly string[]>;
  readonly unreadable: ReadonlyMap<string, ErrorRecord>;
}

/** Records as they were read within the last second, but for those of applications that are looked at since: these are read anew. */
export class RecordsRead {
  readonly #clock: Clock;
  readonly #snapshots = new Map<Ledger, Map<string, Promise<Snapshot>>>();
  /** When the last look at an application ended, by its id; infinite while one goes on. */
  readonly #looks = new Map<string, number>();
  #turn = 0;
  /** Questions that are being answered, for which no look may be forgotten. */
  #asking = 0;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs a look at an application, which may write its records. */
  async during<T>(id: string, look: () => Promise<T>): Promise<T> {
    this.#looks.set(id, Number.POSITIVE_INFINITY);
    try {
      return await look();
    } finally {
      this.#turn += 1;
      this.#looks.set(id, this.#turn);
      if (this.#isOld(this.#readAtMs)) this.#forget();
    }
  }

  /**
   * The places that are on record as made, in one environment.
   * @param counts whether an application's record counts
   * @throws FairleadError where one that counts cannot be read
   */
  async madeBy(
    ledger: Ledger,
    environment: string,
    counts: (id: string) => boolean,
  ): Promise<(place: string) => boolean> {
    this.#asking += 1;
    try {
      const snapshot = await this.#read(ledger, environment);
      const looks = [...this.#looks].filter(([, turn]) => turn > snapshot.turn);
      const outdated = new Set(looks.map(([id]) => id));
      const isMeant = (id: string): boolean => !outdated.has(id) && counts(id);
      for (const [id, error] of snapshot.unreadable) if (isMeant(id)) throw errorFromRecord(error);
      const since = new Set<string>();
      for (const id of outdated) {
        const key = keyOf(id);
        if (key.environment !== environment || !counts(id)) continue;
        for (const place of madeIn(await ledger.load(key))) since.add(place);
      }
      return (place) =>
        since.has(place) || (snapshot.holders.get(place) ?? []).some((id) => isMeant(id));
    } finally {
      this.#asking -= 1;
    }
  }

  #isOld(atMs: number): boolean {
    return this.#clock.monotonicMs() - atMs > freshMs;
  }

  #forget(): void {
    this.#snapshots.clear();
    if (this.#asking > 0) return;
    for (const [id, turn] of this.#looks) if (Number.isFinite(turn)) this.#looks.delete(id);
  }

  async #read(ledger: Ledger, environment: string): Promise<Snapshot> {
    const known = await this.#snapshots.get(ledger)?.get(environment);
    if (known !== undefined && !this.#isOld(known.atMs)) return known;
    if (this.#isOld(this.#readAtMs)) this.#forget();
    const byEnvironment = this.#snapshots.get(ledger) ?? new Map<string, Promise<Snapshot>>();
    this.#snapshots.set(ledger, byEnvironment);
    const reading = this.#readAll(ledger, environment);
    byEnvironment.set(environment, reading);
    this.#readAtMs = this.#clock.monotonicMs();
    try {
      return await reading;
    } catch (thrown) {
      if (byEnvironment.get(environment) === reading) byEnvironment.delete(environment);
      throw thrown;
    }
  }

  async #readAll(ledger: Ledger, environment: string): Promise<Snapshot> {
    const [atMs, turn] = [this.#clock.monotonicMs(), this.#turn];
    const holders = new Map<string, string[]>();
    const unreadable = new Map<string, ErrorRecord>();
    for (const key of await ledger.list()) {
      if (key.environment !== environment) continue;
      const id = inventoryKey(key);
      try {
        for (const place of madeIn(await ledger.load(key))) {
          const known = holders.get(place);
          if (known === undefined) holders.set(place, [id]);
          else known.push(id);
        }
      } catch (thrown) {
        unreadable.set(id, errorRecord(thrown));
      }
    }
    return { atMs, turn, holders, unreadable };
  }
}

/** Announced and never made does not count. */
function madeIn(inventory: Inventory | null): readonly string[] {
  return (inventory?.entries ?? []).filter(({ uid }) => uid !== null).map(placeOf);
}

function keyOf(id: string): InventoryKey {
  const at = id.lastIndexOf('@');
  return { application: id.slice(0, at), environment: id.slice(at + 1) };
}

/**
 * What of an application that leaves is its own to take away. A release under a new name that did not end well leaves two
 * records of one application. Where the renaming is taken back then, or its former name is no longer told, one of the
 * two names leaves; what the record of the other has is that one's, and goes with neither a delete nor a question.
 *
 * @returns the inventory without what somebody who stays has recorded, too.
 * @throws FairleadError where another record cannot be read: what it has is unknown, so nothing may be deleted.
 */
export async function withoutKeptElsewhere(
  { applications, records }: Pick<RunContext, 'applications' | 'records'>,
  { key, id }: Pick<ApplicationRuntime, 'key' | 'id'>,
  target: Pick<Target, 'ledger'>,
  inventory: Inventory,
): Promise<Inventory> {
  if (inventory.entries.length === 0) return inventory;
  // A renaming changes no environment. Of two that both leave, each takes away what is still there.
  const isKept = await records.madeBy(
    target.ledger,
    key.environment,
    (other) => other !== id && (applications.get(other)?.removal ?? null) === null,
  );
  const own = inventory.entries.filter((entry) => !isKept(placeOf(entry)));
  return own.length === inventory.entries.length ? inventory : { ...inventory, entries: own };
}
