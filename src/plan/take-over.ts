import type { Change, Guard } from '../model/plan.ts';
import { resourceKey, showResource } from '../model/resource.ts';
import type { Desired } from '../model/resource.ts';

/** A person says yes before fields are taken from whoever keeps them: two writers of one field are a fight. */
export function takeOverGuards(changes: readonly Change[]): readonly Guard[] {
  return changes.flatMap((change): Guard[] => {
    const held = Map.groupBy(
      change.diff.filter(({ heldBy }) => heldBy !== undefined),
      ({ heldBy }) => heldBy ?? '',
    );
    if (held.size === 0) return [];
    const words = [...held].map(([manager, fields]) => {
      const paths = fields.map(({ path }) => path);
      const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
      return `${paths.slice(0, 3).join(', ')}${more} from ${manager}`;
    });
    const message = `takes over of ${showResource(change.id)}: ${words.join('; ')}`;
    return [{ code: 'held-by-others', message }];
  });
}

/** A person says yes before what may hold data is deleted to be made anew. */
export function replaceGuards(
  replaces: readonly Change[],
  desired: readonly Desired[],
): readonly Guard[] {
  const bearing = new Set(
    desired.filter(({ traits }) => traits.dataBearing).map(({ id }) => resourceKey(id)),
  );
  return replaces
    .filter(({ id }) => bearing.has(resourceKey(id)))
    .map(({ id }) => ({
      code: 'replaces-data',
      message: `deletes ${showResource(id)} to make it anew, with what it may hold`,
    }));
}

/** A person says yes before what somebody else has left is deleted, so that something can be run under its name. */
export function displacedGuards(changes: readonly Change[]): readonly Guard[] {
  return changes.flatMap(({ id, displaces }): Guard[] => {
    if (displaces === undefined) return [];
    const message = `${showResource(id)} is already there, ${displaces.words}; it would be deleted before the hook runs`;
    return [{ code: 'not-made-here', message }];
  });
}

/** A person says yes before what somebody else put there is overwritten; not twice to the same change. */
export function foreignGuards(
  foreign: readonly Change[],
  desired: readonly Desired[],
): readonly Guard[] {
  return foreign
    .filter(
      (change) =>
        takeOverGuards([change]).length === 0 &&
        (change.action !== 'replace' || replaceGuards([change], desired).length === 0),
    )
    .map(({ id }) => ({
      code: 'not-made-here',
      message: `${showResource(id)} is already there and was not made by Fairlead; it would be overwritten`,
    }));
}
