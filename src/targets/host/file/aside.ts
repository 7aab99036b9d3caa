import { constants } from 'node:fs';
import { mkdir, open, readlink, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode, fsyncFolder } from '../../../system/files.ts';
import { showResource } from '../../../model/resource.ts';
import type { ApplyEffect } from '../../target.ts';
import { encodeName, keyName } from '../ledger/names.ts';
import type { Found } from './content.ts';

const chunkBytes = 1024 * 1024;

/** Whether something is there that no release of this application has made. */
export function isForeign(effect: ApplyEffect, found: Found): boolean {
  return found.kind !== 'absent' && effect.action === 'update' && (effect.owned ?? null) === null;
}

/**
 * Keeps a copy of what somebody else put at a path, before it is overwritten: under `kept/` of the state folder, for its
 * owner alone, because nobody asked us to show it to others. Durable when it resolves; never over an earlier copy.
 *
 * @throws errors of the system as they are; then nothing is overwritten.
 */
export async function keepAside(
  stateDir: string,
  effect: ApplyEffect,
  path: string,
  at: string,
): Promise<void> {
  const folder = join(stateDir, 'kept', keyName(effect.key));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `${encodeName(showResource(effect.id).replace('/', '-'))}-${encodeName(basename(path)).slice(0, 100)}`;
  for (let count = 1; ; count++) {
    try {
      await copyTo(at, join(folder, `${name}.${count}`));
      break;
    } catch (thrown) {
      if (errorCode(thrown) !== 'EEXIST') throw thrown;
    }
  }
  await fsyncFolder(folder);
}

async function copyTo(from: string, to: string): Promise<void> {
  const link = await readlink(from).catch(() => null);
  if (link !== null) {
    await symlink(link, to);
    return;
  }
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const source = await open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      const buffer = Buffer.allocUnsafe(chunkBytes);
      for (let read = -1; read !== 0;) {
        read = (await source.read(buffer, 0, chunkBytes, null)).bytesRead;
        await target.writeFile(buffer.subarray(0, read));
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
