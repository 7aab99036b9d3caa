import { join } from 'node:path';
import { listIfThere } from './files.ts';
import { atLeast, type Git } from './git.ts';
import type { MirrorStorage } from './mirror-storage.ts';

/** Packs from which reading gets slower than rolling them up. */
const maxPacks = 50;

/**
 * Rolls small packs up into larger ones, when there are many. Drops nothing: objects that no reference reaches stay, too.
 * A failure is no harm; it is tried again after the next fetch.
 */
export async function repackIfNeeded(
  git: Git,
  storage: MirrorStorage,
  signal: AbortSignal,
): Promise<void> {
  const repository = storage.current();
  if (repository === null || signal.aborted) return;
  const names = await listIfThere(join(repository, 'objects', 'pack')).catch(() => []);
  if (names.filter((name) => name.endsWith('.pack')).length <= maxPacks) return;
  const how = atLeast(git.version, 2, 33) ? ['--geometric=2', '-d'] : ['-a', '-d', '-k'];
  await git.run({
    arguments: ['repack', '--quiet', ...how],
    repository,
    timeoutMs: 600_000,
    signal,
  });
  await git.run({ arguments: ['pack-refs', '--all'], repository, signal });
}
