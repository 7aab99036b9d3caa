import type { Mistake } from '../ports.ts';

/**
 * Documents, as `Kind/name`, that would have a person asked if they had no mistake; `null`: one is in force as it stands, or
 * asks for no more than what is in force.
 */
export type Unread = (document: string) => Mistake | null;

/** Every document is in force as it stands. */
export const allRead: Unread = () => null;

/**
 * Why a person may have to be asked first at the newest commit: the application's document, or that of its environment, says so and
 * has a mistake; `null`: neither does.
 */
export function mistakeFor(
  unread: Unread,
  application: { readonly name: string },
  environment: { readonly name: string },
): Mistake | null {
  return unread(`Application/${application.name}`) ?? unread(`Environment/${environment.name}`);
}
