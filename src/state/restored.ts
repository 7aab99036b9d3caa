import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fsyncFolder, writeFileDurably } from '../system/files.ts';
import type { StateLayout } from './folder.ts';

/**
 * Marks a state that may be older than what is live: the controller only watches until a person has looked. The mark
 * is a file, so that a crash does not forget it.
 */
export async function markRestored(layout: StateLayout, why: string): Promise<void> {
  await writeFileDurably(layout.restored, `${JSON.stringify({ why })}\n`, {
    mode: 0o600,
    temporary: `.restored-${process.pid}.tmp`,
  });
}

/** Whether the state came from a backup and nobody has confirmed it yet. */
export function isMarkedRestored(layout: StateLayout): boolean {
  return existsSync(layout.restored);
}

/** A person has: it acts from now on. */
export async function clearRestored(layout: StateLayout): Promise<void> {
  if (!isMarkedRestored(layout)) return;
  await rm(layout.restored, { force: true });
  await fsyncFolder(layout.directory);
}
