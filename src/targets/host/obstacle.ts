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

/** Says of a place that it is taken by something that Fairlead does not replace. `there`: "a fifo", "a file". */
export function obstacle(
  { id }: Reference,
  path: string,
  there: string,
  wanted: 'file' | 'directory',
): ErrorRecord {
  return errorRecord(
    inTheWay({ message: `${path} is ${there}, not a ${wanted}`, resource: showResource(id) }),
  );
}

/** Nothing is at a path; where something that is no folder stands above it, nothing can be made there either. */
export async function absentAt(path: string, reference: Reference): Promise<Observation> {
  if (!isReviewed(reference)) return { kind: 'absent' };
  for (let above = dirname(path); ; above = dirname(above)) {
    const stats = await lstatOrNull(above);
    // A link is followed, or refused, where the folder is opened.
    if (stats?.isDirectory() === true || stats?.isSymbolicLink() === true)
      return { kind: 'absent' };
    if (stats !== null) {
      const there = `a ${stats.isFile() ? 'file' : typeOf(stats)}`;
      return { kind: 'absent', refused: obstacle(reference, above, there, 'directory') };
    }
    if (above === dirname(above)) return { kind: 'absent' };
  }
}
