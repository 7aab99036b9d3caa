import type { Target } from '../../targets/target.ts';

/** Something that an application wants and another one owns. */
export interface Taken {
  /** See `recordsAt`. */
  readonly at: string;
  readonly place: string;
  /** Who owns it: the id of an application in an environment. */
  readonly owner: string;
}

/** Where ownership is recorded: equal for targets that share their records, whatever they are called. */
export function recordsAt({ uid, name, ledger }: Pick<Target, 'uid' | 'name' | 'ledger'>): string {
  return `${uid} ${ledger.place ?? `of ${name}`}`;
}
