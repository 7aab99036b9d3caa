import type { JsonObject } from '../../model/json.ts';
import type { Target } from '../../targets/target.ts';

/** Something that an application wants and another one owns. */
export interface Taken {
  /** See `recordsAt`. */
  readonly at: string;
  readonly place: string;
  /** Who owns it: the id of an application in an environment. */
  readonly owner: string;
}

/** Something that another application is about to give up for this one, as its plan says. */
export interface Expected extends Taken {
  /** As it is there. */
  readonly uid: string;
  /** See `Given.fields`. */
  readonly fields: JsonObject;
}

/** Something that another application gives up for this one to have. */
export interface GivenNote {
  /** As it was given up. */
  readonly uid: string;
  /** See `Given.fields`. */
  readonly fields: JsonObject;
  /** Who gives it up: the id of an application in an environment. */
  readonly from: string;
  /** Whether it is wanted here; `null`: that is not known yet. */
  readonly isWanted: boolean | null;
}

/** Whether both are the same thing of the same owner. */
export function isSameTaken(one: Taken, other: Taken): boolean {
  return one.at === other.at && one.place === other.place && one.owner === other.owner;
}

/** Where ownership is recorded: equal for targets that share their records, whatever they are called. */
export function recordsAt({ uid, name, ledger }: Pick<Target, 'uid' | 'name' | 'ledger'>): string {
  return `${uid} ${ledger.place ?? `of ${name}`}`;
}
