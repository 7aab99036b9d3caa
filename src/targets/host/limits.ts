import { notPermitted } from '../errors.ts';
import type { HostScope } from './kind.ts';
import { hostGroup } from './manifest.ts';
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

const setIds = 0o6000;

/**
 * Refuses a program that would run with the rights of its owner, whoever starts it, to a project that has limits.
 * @throws FairleadError `target.not-permitted`
 */
export function refuseSetId(mode: string, limits: readonly string[], resource: string): void {
  if (limits.length === 0 || (Number.parseInt(mode, 8) & setIds) === 0) return;
  throw notPermitted({
    message: `${resource} has mode ${mode}, with which a program could leave the hostPaths of its project`,
    resource,
    hint: 'Use a mode without setuid and setgid, such as "0755".',
  });
}

/**
 * Refuses a kind that runs programs, which can touch what their user can, to a project that has limits and does not
 * name it: whoever wrote the limits may not have thought of it.
 * @throws FairleadError `target.not-permitted`
 */
export function refuseUnnamed(
  { limits, kinds }: Pick<HostScope, 'limits' | 'kinds'>,
  kind: string,
  resource: string,
): void {
  if (limits.length === 0 || kinds.includes(kind) || kinds.includes(`${hostGroup}/${kind}`)) return;
  throw notPermitted({
    message: `${resource} runs a program, which can leave the hostPaths of its project`,
    resource,
    hint: `Name ${kind} in kinds of the project, if whoever writes its repository may run any program here.`,
  });
}
