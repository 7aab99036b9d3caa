import type { ApplicationConfig } from '../../model/config.ts';
import type { Mistake } from '../ports.ts';
import { sourcesOf } from './source-trees.ts';

/** Documents, as `Kind/name`, of which an earlier form is in force because the present one cannot be used; `null`: it is. */
export type Unread = (document: string) => Mistake | null;

/** Every document is in force as it stands. */
export const allRead: Unread = () => null;

/**
 * Why nobody knows what may be done with an application at the newest commit: its document, or another one that says so, has a
 * mistake; `null`: all of them are known.
 */
export function mistakeFor(
  unread: Unread,
  application: ApplicationConfig,
  environment: { readonly name: string; readonly targets: readonly string[] },
): Mistake | null {
  const documents = [
    `Application/${application.name}`,
    `Environment/${environment.name}`,
    `Project/${application.project}`,
    ...environment.targets.map((name) => `Target/${name}`),
    ...sourcesOf(application).map((name) => `Source/${name}`),
  ];
  for (const document of documents) {
    const mistake = unread(document);
    if (mistake !== null) return mistake;
  }
  return null;
}
