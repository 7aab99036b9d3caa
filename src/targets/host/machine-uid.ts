import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hasher } from '../../model/digest.ts';
import type { Random } from '../../system/random.ts';
import { writeFileDurably } from '../../system/files.ts';
import type { Temporaries } from './temporaries.ts';

/**
 * Identity of this machine, the same for every state folder on it. From machine-id(5), which asks not to show the
 * id itself but a hash of it; where there is none (macOS, some containers), one is made and kept.
 */
export async function machineUid(
  stateDir: string,
  hash: Hasher,
  random: Random,
  temporaries: Temporaries,
): Promise<string> {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const id = (await readOrEmpty(path)).trim();
    if (/^[0-9a-f]{32}$/.test(id)) return name(hash, id);
  }
  const own = join(stateDir, 'machine-id');
  const kept = (await readOrEmpty(own)).trim();
  if (kept !== '') return name(hash, kept);
  const made = random.uuid();
  await writeFileDurably(own, `${made}\n`, { mode: 0o600, temporary: temporaries.next() });
  return name(hash, made);
}

function name(hash: Hasher, id: string): string {
  return `host:${hash(`fairlead machine\n${id}`).slice(0, 32)}`;
}

async function readOrEmpty(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
