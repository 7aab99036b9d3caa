/** Which rule was broken: the invariants of the design by number, and what the simulator adds. */
export type Rule =
  | 'failed-input-deletes'
  | 'delete-without-record'
  | 'delete-of-wanted'
  /** A way back took away what was there before the release that failed. */
  | 'taken-over-deleted'
  | 'foreign-touched'
  | 'inventory-misses'
  | 'inventory-shrinks'
  | 'record-damaged'
  /** Two applications have the same thing on record, and nothing will change that. */
  | 'owned-twice'
  /** Not under the name that the project of the application says. */
  | 'wrong-identity'
  | 'not-approved'
  | 'fencing'
  | 'order'
  | 'held'
  | 'read-only'
  | 'bad-became-good'
  | 'not-reverted'
  | 'not-to-be-pruned'
  | 'no-convergence'
  | 'never-idle'
  | 'secret-leaked'
  | 'prune-guard'
  | 'wrong-synced'
  | 'no-reason-given'
  | 'unrecorded-effect'
  /** A hook or command was run more often than it may be. */
  | 'run-again'
  /** Something was deleted although what had to run before it did not end well. */
  | 'deleted-all-the-same'
  /** The event stream leaves something out. */
  | 'untold'
  | 'stale-revision'
  | 'not-in-revision'
  | 'livelock'
  | 'bug'
  /** A scenario did not go as it says. */
  | 'scenario'
  | 'unhandled-rejection'
  /** The same seed went two ways. */
  | 'replay'
  /** The simulator itself broke. */
  | 'simulator';

export interface Violation {
  readonly rule: Rule;
  /** One sentence with names. */
  readonly message: string;
  /** Virtual time. */
  readonly atMs: number;
}
