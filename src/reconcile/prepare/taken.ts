import type { Target } from '../../targets/target.ts';

/** Something that an application wants and another one owns. */
export interface Taken {
  /** See `recordsAt`. */
  readonly at: string;
  readonly place: string;
  /** Who owns it: the id of an application in an environment. */
  readonly owner: string;
}

/** Something that another application gives up for this one to have. */
export interface GivenNote {
  /** As it was given up. */
  readonly uid: string;
  /** Who gives it up: the id of an application in an environment. */
  readonly from: string;
  /** Whether it is wanted here; `null`: that is not known yet. */
  readonly isWanted: boolean | null;
}

/** Where ownership is recorded: equal for targets that share their records, whatever they are called. */
export function recordsAt({ uid, name, ledger }: Pick<Target, 'uid' | 'name' | 'ledger'>): string {
  return `${uid} ${ledger.place ?? `of ${name}`}`;
}
