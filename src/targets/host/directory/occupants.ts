import { opendir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { errorCode } from '../../../system/files.ts';
import type { Reference } from '../../target.ts';

/** How many are looked for: enough to say what is in the way, however much there is. */
const enough = 4;

/**
 * What would be left in a directory once everything went that is to go with it, as paths below it; at most four.
 * @param references all that the application has or wants; what it has and no longer wants goes.
 */
export async function occupants(
  path: string,
  references: readonly Reference[],
): Promise<readonly string[]> {
  const going = new Set<string>();
  const wanted = new Set<string>();
  for (const { locator, desired, recorded } of references) {
    const at = locator['path'];
    // What is not to be pruned stays, although nobody wants it any more.
    const goes = desired === null && recorded?.prune !== false;
    if (typeof at === 'string') (goes ? going : wanted).add(at);
  }
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    let members;
    try {
      members = await opendir(folder);
    } catch (thrown) {
      if (errorCode(thrown) === 'ENOENT') return;
      throw thrown;
    }
    // The iterator closes the directory, however the loop ends.
    for await (const member of members) {
      const at = join(folder, member.name);
      if (!going.has(at) || wanted.has(at)) found.push(relative(path, at));
      else if (member.isDirectory()) await walk(at);
      if (found.length >= enough) return;
    }
  };
  await walk(path);
  return found;
}

/** "a, b and more". */
export function listOccupants(found: readonly string[]): string {
  const names = found.slice(0, enough - 1).join(', ');
  return found.length < enough ? names : `${names} and more`;
}
