import { mkdir, rmdir } from 'node:fs/promises';
import type { JsonObject } from '../../../model/json.ts';
import { showResource } from '../../../model/resource.ts';
import type { Live } from '../../../model/resource.ts';
import type { Sealer } from '../../../model/sealed.ts';
import type { Clock } from '../../../system/clock.ts';
import {
  errorCode,
  lstatExact,
  lstatOrNull,
  showMode,
  signatureOf,
} from '../../../system/files.ts';
import type { Folder } from '../../../system/files.ts';
import { preconditionFailed } from '../../errors.ts';
import type { Applied, ApplyEffect, Effect, Reference } from '../../target.ts';
import type { Accounts } from '../accounts.ts';
import type { Claims } from '../claims.ts';
import { directoryNotEmpty, inTheWay } from '../errors.ts';
import { lookAtFile } from '../file/content.ts';
import type { Found } from '../file/content.ts';
import { fileUid, isUidOf } from '../file/uid.ts';
import type { HostKind } from '../kind.ts';
import { readManifest } from '../manifest.ts';
import type { FileMemory } from '../memory.ts';
import { liveOwner } from '../owner.ts';
import { absentAt, isReviewed, obstacle } from '../obstacle.ts';
import { pathOf } from '../parent.ts';
import { describeFound, hasAttributes, refuseUnplanned, removeAt } from '../place.ts';
import type { Temporaries } from '../temporaries.ts';
import { kindAt, prepareAt, putAt } from '../put.ts';
import { setAttributes } from './attributes.ts';
import { listOccupants, occupants } from './occupants.ts';
import { directoryDefinition, directorySpec } from './spec.ts';

interface DirectoryKindDependencies {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly memory: FileMemory;
  readonly accounts: Accounts;
  readonly claims: Claims;
  readonly temporaries: Temporaries;
}

/** What `Desired.payload` of a Directory holds. */
interface Payload {
  /** Folders the project may touch, checked again at the last moment. */
  readonly limits: readonly string[];
}

/** Deeper ones come later and go first; all of them come before the files in them. */
const deepestRank = 99;

/**
 * A directory with the mode and owner that Git says. Its content is never touched: what is no longer wanted is
 * removed when nothing is left in it, and given up as it is otherwise.
 */
export function createDirectoryKind(dependencies: DirectoryKindDependencies): HostKind {
  const { memory, accounts } = dependencies;
  return {
    ...directoryDefinition,

    prepare: async (manifest, scope) => {
      const { head, spec } = readManifest(manifest, 'Directory', directorySpec);
      const payload: Payload = { limits: scope.limits };
      return {
        // What is removed is empty, so there is nothing to lose.
        ...(await prepareAt(spec, head.id, scope, accounts)),
        payload: payload as unknown as JsonObject,
        texts: {},
        wave: head.wave,
        rank: Math.min(spec.path.split('/').length - 2, deepestRank),
        prune: head.prune,
        origin: manifest.origin,
      };
    },

    read: async (_key, reference, { signal, references }) => {
      const path = pathOf(reference.locator);
      const found = await lookAtFile(dependencies, path, { signal });
      if (found.kind === 'absent') return absentAt(path, reference, references);
      const live = await toLive(dependencies, reference, path, found, references);
      if (reference.desired !== null || !isDirectory(found)) return { kind: 'present', live };
      const left = await occupants(path, references);
      if (left.length === 0) return { kind: 'present', live };
      const stays = `${path} stays, because it holds ${listOccupants(left)}`;
      return { kind: 'present', live: { ...live, stays } };
    },

    ...kindAt('directory', memory, {
      apply: (effect, path) => apply(dependencies, effect, path),
      remove: (effect, path) => remove(dependencies, effect, path),
    }),
  };
}

function apply(
  dependencies: DirectoryKindDependencies,
  effect: ApplyEffect,
  path: string,
): Promise<Applied> {
  const { memory, clock, sealer } = dependencies;
  const { desired } = effect;
  const resource = showResource(desired.id);
  const { limits } = desired.payload as unknown as Payload;
  return putAt(
    dependencies,
    effect,
    { path, limits, verb: 'make' },
    async ({ folder, at, mode, ownership }) => {
      const found = await lookAtFile(dependencies, path, { at });
      if (isDirectory(found) && hasAttributes(found.stats, mode, ownership)) {
        // As wanted already: an effect whose answer was lost, sent again.
        return { uid: fileUid(path, found, false, sealer) };
      }
      refuseOther(effect, path, found, sealer, resource);
      await effect.fence();
      effect.signal.throwIfAborted();
      if (found.kind === 'absent') await make(folder, at);
      else await refuseChanged(at, found, path, resource);
      await setAttributes(at, Number.parseInt(mode, 8), ownership);
      const lookedAtMs = clock.nowMs();
      const stats = await lstatExact(at);
      const made: Found = {
        kind: 'other',
        type: 'directory',
        stats,
        signature: signatureOf(stats),
      };
      if (hasAttributes(stats, mode, ownership)) {
        memory.remember(path, made.signature, '', {
          changedAtMs: Number(stats.ctimeMs),
          lookedAtMs,
        });
      } else {
        // Somebody changed it since: what the watch notices is news.
        memory.forget(path);
      }
      return { uid: fileUid(path, made, false, sealer) };
    },
  );
}

function remove(
  { sealer, memory, temporaries, ...dependencies }: DirectoryKindDependencies,
  effect: Effect,
  path: string,
): Promise<void> {
  const resource = showResource(effect.id);
  return removeAt({
    effect,
    path,
    resource,
    look: (at) => lookAtFile({ ...dependencies, memory }, path, { at }),
    tidy: () => temporaries.clean(path),
    take: async (at, found) => {
      if (!isDirectory(found) || effect.uid === null || !isUidOf(effect.uid, path, found, sealer)) {
        throw preconditionFailed({
          message: `${path} is not what was to be removed: ${describeFound(found, aFile)} is there`,
          resource,
        });
      }
      try {
        // rmdir(2) refuses as long as anything is in it: whatever appeared meanwhile is safe.
        await rmdir(at);
      } catch (thrown) {
        if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(thrown))) throw thrown;
        const left = await occupants(path, []).catch(() => []);
        throw directoryNotEmpty({
          message: `${path} still holds ${listOccupants(left)}`,
          resource,
          cause: thrown,
        });
      }
      memory.forget(path);
    },
  });
}

/** What a file is called that is where the directory belongs. */
const aFile = 'a file';

/** For nobody else until it has its final mode and owner. */
async function make(folder: Folder, at: string): Promise<void> {
  await mkdir(at, { mode: 0o700 });
  await folder.sync();
}

function refuseOther(
  effect: ApplyEffect,
  path: string,
  found: Found,
  sealer: Sealer,
  resource: string,
): void {
  if (found.kind !== 'absent' && !isDirectory(found)) {
    throw inTheWay({
      message: `${path} is ${describeFound(found, aFile)}, not a directory`,
      resource,
    });
  }
  refuseUnplanned(effect, path, found, sealer, { resource, file: aFile });
}

async function refuseChanged(
  at: string,
  found: Exclude<Found, { kind: 'absent' }>,
  path: string,
  resource: string,
): Promise<void> {
  const now = await lstatOrNull(at);
  if (now !== null && signatureOf(now) === found.signature) return;
  throw preconditionFailed({ message: `${path} changed while it was being changed`, resource });
}

type FoundDirectory = Extract<Found, { kind: 'other' }> & { readonly type: 'directory' };

function isDirectory(found: Found): found is FoundDirectory {
  return found.kind === 'other' && found.type === 'directory';
}

async function toLive(
  { sealer, accounts }: DirectoryKindDependencies,
  reference: Reference,
  path: string,
  found: Exclude<Found, { kind: 'absent' }>,
  references: readonly Reference[],
): Promise<Live> {
  const { id, desired } = reference;
  const uid = fileUid(path, found, false, sealer);
  if (!isDirectory(found)) {
    const type = found.kind === 'other' ? found.type : found.kind;
    const live = { id, uid, fields: { path, type }, texts: {}, status: { type } };
    if (!isReviewed(reference)) return live;
    const there = describeFound(found, aFile);
    return { ...live, refused: obstacle(reference, path, there, 'directory', references) };
  }
  const owner = await liveOwner(accounts, desired?.fields['owner'], found.stats, showResource(id));
  return {
    id,
    uid,
    fields: {
      path,
      mode: showMode(found.stats.mode),
      ...(owner === null ? {} : { owner }),
    },
    texts: {},
    status: { type: 'directory' },
  };
}
