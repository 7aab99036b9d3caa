import { dirname } from 'node:path';
import { errorRecord } from '../../model/error.ts';
import type { ErrorRecord } from '../../model/error.ts';
import { sameJson } from '../../model/json.ts';
import { showResource } from '../../model/resource.ts';
import type { Observation } from '../../model/resource.ts';
import { lstatOrNull } from '../../system/files.ts';
import type { Reference } from '../target.ts';
import { inTheWay } from './errors.ts';
import { typeOf } from './file/content.ts';

/**
 * Whether what is wanted here is to be told to whoever reviews the plan. What was released before and is to be put back
 * asks nobody, and what cannot be healed must not keep the rest from being healed: that fails by itself.
 */
export function isReviewed({ desired, recorded = null }: Reference): boolean {
  return desired !== null && (recorded?.uid == null || !sameJson(recorded.fields, desired.fields));
}

/**
 * Says of a place that it is taken by something that Fairlead does not replace. `there`: "a fifo", "a file".
 *
 * That holds for what is the application's own and leaves in the same commit, too: it is deleted when all else is made, and
 * not before, because a release that fails could not put it back where something of another type is by then.
 * @param references all that the application has or wants
 */
export function obstacle(
  { id }: Reference,
  path: string,
  there: string,
  wanted: 'file' | 'directory',
  references: readonly Reference[],
): ErrorRecord {
  const resource = showResource(id);
  const message = `${path} is ${there}, not a ${wanted}`;
  const leaving = references.find((other) => leavesFrom(other, path));
  if (leaving === undefined) return made(path, message, resource, references);
  const own = showResource(leaving.id);
  return errorRecord(
    inTheWay({
      message: `${message}, until ${own} is deleted, which comes after everything is made`,
      resource,
      hint: `Make it two commits: take ${own} out in the first, and bring what belongs there with the second, once the first is released.`,
    }),
  );
}

/** A folder that nobody declares stays when the files go that it was made for: nobody knows whether it was there before. */
function made(
  path: string,
  message: string,
  resource: string,
  references: readonly Reference[],
): ErrorRecord {
  const [first, ...others] = references.filter(
    ({ recorded, locator: { path: at } }) =>
      recorded?.uid != null && typeof at === 'string' && at.startsWith(`${path}/`),
  );
  if (first === undefined) return errorRecord(inTheWay({ message, resource }));
  const whom = `${showResource(first.id)}${others.length > 0 ? ' and others' : ''}`;
  return errorRecord(
    inTheWay({
      message: `${message}; it was made for ${whom}, and stays when ${others.length > 0 ? 'they are' : 'that is'} deleted`,
      resource,
      hint: `Make it three steps: take what is in ${path} out in one commit; once that is released, remove the folder on the machine; bring the file with a second commit.`,
    }),
  );
}

/** Whether it is the application's own, at this path, and goes with this commit. */
function leavesFrom({ desired, recorded, locator }: Reference, path: string): boolean {
  const isOwn = recorded != null && recorded.uid !== null && recorded.prune !== false;
  return desired === null && isOwn && locator['path'] === path;
}

/** Nothing is at a path; where something that is no folder stands above it, nothing can be made there either. */
export async function absentAt(
  path: string,
  reference: Reference,
  references: readonly Reference[],
): Promise<Observation> {
  if (!isReviewed(reference)) return { kind: 'absent' };
  for (let above = dirname(path); ; above = dirname(above)) {
    const stats = await lstatOrNull(above);
    // A link is followed, or refused, where the folder is opened.
    if (stats?.isDirectory() === true || stats?.isSymbolicLink() === true)
      return { kind: 'absent' };
    if (stats !== null) {
      const there = `a ${stats.isFile() ? 'file' : typeOf(stats)}`;
      return {
        kind: 'absent',
        refused: obstacle(reference, above, there, 'directory', references),
      };
    }
    if (above === dirname(above)) return { kind: 'absent' };
  }
}
