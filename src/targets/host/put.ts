import { basename } from 'node:path';
import { showResource } from '../../model/resource.ts';
import type { Desired, Live, ResourceId } from '../../model/resource.ts';
import type { Health } from '../../model/status.ts';
import { errorCode } from '../../system/files.ts';
import type { Folder } from '../../system/files.ts';
import { preconditionFailed } from '../errors.ts';
import type { Applied, ApplyEffect, Effect } from '../target.ts';
import type { Accounts, Ownership } from './accounts.ts';
import { pathClaim, refuseTaken } from './claims.ts';
import type { Claims } from './claims.ts';
import { hostError } from './errors.ts';
import type { HostKind, HostScope } from './kind.ts';
import { refuseOutside } from './limits.ts';
import type { FileMemory } from './memory.ts';
import { openParent, pathOf } from './parent.ts';
import { textOf } from './text.ts';

/** What files and directories have in common: one thing with a mode and an owner at one path. */

/** What the `spec` of either says. */
interface PathSpec {
  readonly path: string;
  readonly mode: string;
  readonly owner?: string | undefined;
}

/** Refuses what the project or the machine does not know, and gives what is the same of both. */
export async function prepareAt(
  spec: PathSpec,
  id: ResourceId,
  scope: HostScope,
  accounts: Accounts,
): Promise<Pick<Desired, 'id' | 'fields' | 'locator' | 'claims' | 'traits'>> {
  const resource = showResource(id);
  const resolved = await scope.resolveParents(spec.path);
  refuseOutside(resolved, scope.limits, resource);
  if (spec.owner !== undefined) await accounts.ownership(spec.owner, resource);
  return {
    id,
    fields: {
      path: spec.path,
      mode: spec.mode,
      ...(spec.owner === undefined ? {} : { owner: spec.owner }),
    },
    locator: { path: spec.path },
    claims: [pathClaim(resolved)],
    traits: { workload: false, dataBearing: false, irreversible: false },
  };
}

/** What is the same of both kinds: only what is at the path changes, and that is known of. */
export function kindAt(
  type: 'file' | 'directory',
  memory: FileMemory,
  how: {
    readonly apply: (effect: ApplyEffect, path: string) => Promise<Applied>;
    readonly remove: (effect: Effect, path: string) => Promise<void>;
  },
): Pick<HostKind, 'apply' | 'remove' | 'health' | 'watchedPaths'> {
  return {
    apply: (effect) => {
      const path = pathOf(effect.desired.locator);
      return memory.changing(path, () => how.apply(effect, path));
    },
    remove: (effect) => {
      const path = pathOf(effect.locator);
      return memory.changing(path, () => how.remove(effect, path));
    },
    health: (live) => healthAt(type, live),
    watchedPaths: (reference) => [pathOf(reference.locator)],
  };
}

function healthAt(type: 'file' | 'directory', live: Live): Health {
  const found = textOf(live.status['type']);
  return found === type
    ? { status: 'Healthy', message: 'is there' }
    : { status: 'Degraded', message: `a ${found} is where the ${type} belongs` };
}

/** Where something is put, and how it is to be there. */
interface Spot {
  /** The folder that it is in, held open: no symlink leads elsewhere any more. */
  readonly folder: Folder;
  readonly name: string;
  /** Path of the thing in that folder. */
  readonly at: string;
  readonly mode: string;
  readonly ownership: Ownership;
}

/**
 * Puts something at a path that no other application claims, in a folder that the project may touch.
 *
 * @param limits Folders the project may touch, checked again at the last moment
 * @param verb What is done, for an error of the system: `write`, `make`
 */
export async function putAt(
  { accounts, claims }: { readonly accounts: Accounts; readonly claims: Claims },
  effect: ApplyEffect,
  {
    path,
    limits,
    verb,
  }: { readonly path: string; readonly limits: readonly string[]; readonly verb: string },
  put: (spot: Spot) => Promise<Applied>,
): Promise<Applied> {
  const { desired } = effect;
  const resource = showResource(desired.id);
  try {
    await refuseTaken(claims, desired.claims, effect, resource);
    const owner = desired.fields['owner'];
    const ownership =
      typeof owner === 'string'
        ? await accounts.ownership(owner, resource)
        : { uid: null, gid: null };
    const mode = textOf(desired.fields['mode']);
    effect.signal.throwIfAborted();

    const folder = await openParent(path, limits, effect, resource);
    try {
      const name = basename(path);
      return await put({ folder, name, at: folder.at(name), mode, ownership });
    } finally {
      await folder.close();
    }
  } catch (thrown) {
    if (errorCode(thrown) === 'EEXIST') {
      throw preconditionFailed({
        message: `${path} appeared while it was being made`,
        resource,
        cause: thrown,
      });
    }
    throw hostError(thrown, `${verb} ${path}`, resource);
  }
}
