import { notPermitted } from '../errors.ts';
import { isWithin } from './paths.ts';

/**
 * Refuses a path (symlinks resolved) outside of what the project may touch.
 * @param limits Folders, symlinks resolved; empty: everything is allowed.
 * @throws FairleadError `target.not-permitted`
 */
export function refuseOutside(resolved: string, limits: readonly string[], resource: string): void {
  if (limits.length === 0 || isWithin(resolved, limits)) return;
  throw notPermitted({
    message: `${resource} is at ${resolved}; its project may touch only ${limits.join(', ')}`,
    resource,
  });
}
