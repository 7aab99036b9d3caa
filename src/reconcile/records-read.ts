import { errorFromRecord, errorRecord } from '../model/error.ts';
import type { ErrorRecord } from '../model/error.ts';
import { inventoryKey } from '../model/inventory.ts';
import type { Inventory, InventoryKey } from '../model/inventory.ts';
import { placeOf } from '../plan/place.ts';
import type { Clock } from '../system/clock.ts';
import type { Ledger } from '../targets/target.ts';

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
