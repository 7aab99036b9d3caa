import { basename, dirname } from 'node:path';
import type { Sealer } from '../../model/sealed.ts';
import { errorCode, showMode } from '../../system/files.ts';
import type { Folder, Stats } from '../../system/files.ts';
import { preconditionFailed } from '../errors.ts';
import type { ApplyEffect, Effect } from '../target.ts';
import type { Ownership } from './accounts.ts';
import { hostError } from './errors.ts';
import type { Found } from './file/content.ts';
import { isUidOf } from './file/uid.ts';
import { openSafely } from './safe-folder.ts';

/** What kinds that have a path share: whether what is there is what was planned for, and taking it away. */

/** Whether mode and owner are as wanted; an owner that is not named may be anybody. */
export function hasAttributes(stats: Stats, mode: string, { uid, gid }: Ownership): boolean {
  return (
    showMode(stats.mode) === mode &&
    (uid === null || stats.uid === BigInt(uid)) &&
    (gid === null || stats.gid === BigInt(gid))
  );
}

/** What is there, in words. `file` is what a file is called where another one was expected. */
export function describeFound(found: Found, file: string): string {
  switch (found.kind) {
    case 'absent':
      return 'nothing';
    case 'file':
      return file;
    case 'symlink':
      return `a symlink to ${found.to}`;
    case 'other':
      return `a ${found.type}`;
  }
}

/** @throws FairleadError `target.precondition-failed` unless this, or nothing, is what was planned for. */
export function refuseUnplanned(
  effect: ApplyEffect,
  path: string,
  found: Found,
  sealer: Sealer,
  words: { readonly resource: string; readonly file: string },
): void {
  const expected =
    found.kind === 'absent'
      ? effect.uid === null
      : effect.uid !== null && isUidOf(effect.uid, path, found, sealer);
  if (expected) return;
  const there = describeFound(found, words.file);
  throw preconditionFailed({
    message: `${path} is not as planned: ${there} is there${effect.uid === null ? ', where nothing was' : ''}`,
    resource: words.resource,
  });
}

interface Removal {
  readonly effect: Effect;
  readonly path: string;
  readonly resource: string;
  /** Looks at what is at `at`, a name in the open folder. */
  readonly look: (at: string) => Promise<Found>;
  /** Clears away what dead writers left, before anything is decided. */
  readonly tidy: () => Promise<void>;
  /** Refuses what is not what was to be removed, then removes it. */
  readonly take: (at: string, found: Exclude<Found, { kind: 'absent' }>) => Promise<void>;
}

/**
 * Removes what is at a path, durably; done where nothing is there, also where its folder is gone. What is there is
 * looked at once more after the fence.
 */
export async function removeAt(removal: Removal): Promise<void> {
  const { effect, path, resource, look, tidy, take } = removal;
  const folder = await openOrNull(dirname(path), path, resource);
  if (folder === null) return;
  try {
    const at = folder.at(basename(path));
    await tidy();
    if ((await look(at)).kind === 'absent') return;
    await effect.fence();
    effect.signal.throwIfAborted();
    const found = await look(at);
    if (found.kind === 'absent') return;
    await take(at, found);
    await folder.sync();
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return;
    throw hostError(thrown, `remove ${path}`, resource);
  } finally {
    await folder.close();
  }
}

async function openOrNull(parent: string, path: string, resource: string): Promise<Folder | null> {
  try {
    return await openSafely(parent, resource);
  } catch (thrown) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(thrown))) return null;
    throw hostError(thrown, `remove ${path}`, resource);
  }
}
