import type { InventoryKey } from '../model/inventory.ts';
import { inventoryKey } from '../model/inventory.ts';
import type { ReleaseTrigger } from '../model/release.ts';
import type { TargetChange } from '../targets/target.ts';
import { undeclared } from './declared.ts';
import { Attempts } from './look/attempts.ts';
import { Ownership } from './look/ownership.ts';
import { PastReleases } from './look/past-releases.ts';
import { Pending } from './look/pending.ts';
import { Seen } from './look/seen.ts';
import { Status } from './look/status.ts';
import type { GivenNote } from './prepare/taken.ts';
import { Wanted } from './prepare/wanted.ts';
import { Agenda } from './schedule/agenda.ts';
import { Batches } from './schedule/batches.ts';

/** How long after a target's notice an application is looked at: a burst of writes is one look. */
const settleMs = 20;

/**
 * What the controller knows of one application in one environment, in memory only: all of it can be rebuilt from
 * Git, the target's ledger and the store. Each part is written by one place of the loop, through what the part can do.
 */
export class ApplicationRuntime {
  readonly key: InventoryKey;
  readonly id: string;
  /** What the configuration says of it. Written by the roster. */
  declared = undeclared;

  /** Why it is looked at next, and who asks. Written by the engine and the API; each look empties it. */
  readonly agenda = new Agenda();
  /** The others of its commit. Written by the engine; a look tells there what was planned. */
  readonly batches: Batches;

  /** What it should be. Written while that is chosen. */
  readonly wanted = new Wanted();
  /** What others give up for it to have, by where and place. Written by `look/give.ts`. */
  readonly given = new Map<string, GivenNote>();

  /** What was seen at its targets. Written after each look at them, and while a release runs. */
  readonly seen = new Seen();
  /** What is planned, and what stands in its way. Written by the gate and by what follows from its verdict. */
  readonly pending = new Pending();
  /** Where it stands, in a word and a sentence. Written by each step of a look. */
  readonly status = new Status();

  /** What failed, and when it is tried again. Written by chances and failures. */
  readonly attempts = new Attempts();
  /** What was released. Written when a release ends. */
  readonly releases = new PastReleases();
  /** Where it has a record, and who else writes that. Written by who writes the record. */
  readonly ownership = new Ownership();
  /** Whether what the store remembers of it was asked for, and what that is. Written by `look/remember.ts`. */
  stored: string | null | undefined = undefined;

  constructor(key: InventoryKey) {
    this.key = key;
    this.id = inventoryKey(key);
    this.batches = new Batches(this.id);
  }

  /** A new commit is a new chance: what failed before begins to count anew. */
  beginAnew(trigger: ReleaseTrigger): void {
    this.attempts.beginAnew();
    this.ownership.endDispute();
    this.agenda.wake(trigger);
  }

  /**
   * Its target noticed something.
   * @param nowMs monotonic
   * @returns in how many milliseconds it is to be looked at
   */
  notice({ isRecord = false }: TargetChange, nowMs: number): number {
    const patience = isRecord ? this.ownership.writtenByAnother(nowMs) : 0;
    // What may wait that long keeps nobody waiting who depends on it.
    if (patience === 0) this.agenda.wake('drift');
    else this.agenda.notices.note();
    return Math.max(settleMs, patience);
  }

  /** Whether what is live is what is wanted and works, with nothing pending: what dependants wait for. */
  get isSettled(): boolean {
    return this.status.state === 'synced' && this.seen.works && this.agenda.triggers.size === 0;
  }
}
