import { inventoryKey } from '../../../src/model/inventory.ts';
import { sameJson } from '../../../src/model/json.ts';
import { filledIn, placeOfRun, placeOfThing, runsOf } from '../git/model.ts';
import type { RepositoryModel } from '../git/model.ts';
import { HostPlace } from '../place/host-place.ts';
import { inventoryOf } from '../place/ledger.ts';
import type { World } from '../run/world.ts';
import { folderOf, keysOf, wishOf } from './truth.ts';

interface Difference {
  /** `application@environment`. */
  readonly name: string;
  /** `target place` where something is missing or other than wanted; `null` for what is left over. */
  readonly where: string | null;
  /** One sentence. */
  readonly message: string;
}

/** Where live is not as a commit says. What a commit does not let tell is not looked at. */
export function differences(world: World, model: RepositoryModel): readonly Difference[] {
  const found: Difference[] = [];
  const wanted = new Set<string>();
  for (const key of keysOf(model)) {
    const wish = wishOf(model, key, world.secrets);
    const name = inventoryKey(key);
    if (wish.kind !== 'things') continue;
    for (const target of wish.environment.targets) {
      for (const [at, spec] of wish.things) {
        wanted.add(`${target} ${at}`);
        const thing = world.places.get(target)?.thing(at) ?? null;
        if (thing !== null && sameJson({ ...thing.spec }, { ...spec })) continue;
        const is = thing === null ? 'not there' : JSON.stringify(thing.spec);
        const message = `${name}: ${at} at ${target} is ${is}, not ${JSON.stringify(spec)}`;
        found.push({ name, where: `${target} ${at}`, message });
      }
      found.push(...commandDifferences(world, model, key, name, target));
    }
  }
  return [...found, ...leftovers(world, model, wanted)];
}

/** Commands whose check does not pass, where what they look at is as it should be. */
function commandDifferences(
  world: World,
  model: RepositoryModel,
  key: { readonly application: string; readonly environment: string },
  name: string,
  target: string,
): readonly Difference[] {
  const wish = wishOf(model, key, world.secrets);
  const place = world.places.get(target);
  if (wish.kind !== 'things' || !(place instanceof HostPlace)) return [];
  const { application } = wish;
  return runsOf(application).flatMap((run) => {
    const at = placeOfRun('host', key.environment, application, run);
    const watched = application.things.find((thing) => thing.name === run.watches);
    const watches =
      watched === undefined ? '' : placeOfThing('host', key.environment, application, watched);
    if (watched !== undefined && place.seenAt(watches) !== filledIn(application, watched.value))
      return [];
    if (place.isDone(at, run.value, watches)) return [];
    const message = `${name}: the check of ${at} at ${target} does not pass`;
    // What others do where it looks is noticed there; that they undid what it did is noticed by the next look.
    const own = `${target} ${at}`;
    const where = world.judge.meddled.has(own) ? own : `${target} ${watches}`;
    return [{ name, where, message }];
  });
}

/** Things that an application made and that no commit wants any more. */
function leftovers(
  world: World,
  model: RepositoryModel,
  wanted: ReadonlySet<string>,
): readonly Difference[] {
  const found: Difference[] = [];
  for (const [where, name] of world.judge.makers) {
    if (wanted.has(where)) continue;
    const [target = '', at = ''] = where.split(' ');
    const place = world.places.get(target);
    // What goes with its namespace or its kind goes without anybody's notice.
    if (place === undefined || place.thing(at) === null) continue;
    if (mayStay(world, model, name, target, at)) continue;
    const message = `${name}: ${at} at ${target} is left over, and no commit wants it`;
    found.push({ name, where: null, message });
  }
  return found;
}

/** Kept because pruning is or was off, or let go when its application left. */
function mayStay(
  world: World,
  model: RepositoryModel,
  name: string,
  target: string,
  at: string,
): boolean {
  const [application = '', environment = ''] = name.split('@');
  const wish = wishOf(model, { application, environment }, world.secrets);
  if (wish.kind === 'unusable') return true;
  const place = world.places.get(target);
  const owner = model.applications.find(({ folder }) => folder === folderOf(application));
  const owned = [...(place?.inventories.keys() ?? [])]
    .filter((other) => folderOf(other.split('@')[0] ?? '') === folderOf(application))
    .flatMap((other) => (place === undefined ? [] : (inventoryOf(place, other)?.entries ?? [])));
  const entry = owned.find((one) => place?.whereOf(one) === at);
  if (owner !== undefined && entry !== undefined) return !entry.prune || !owner.settings.prune;
  // Under another key its seal is another one: that it is what was announced cannot be told.
  if (place?.thing(at)?.spec.secret != null && world.installations > 1) return true;
  // A twin that slept through a renaming records the former name anew when it wakes up.
  const isFormer = model.applications.some(({ folder }) => folder === folderOf(application));
  if (isFormer && wish.kind === 'gone' && world.controllers.length > 1) return true;
  const history = world.repository.commits.map((commit) => commit.model);
  const names = [
    application,
    ...model.applications.flatMap(({ settings }) => settings.previousNames),
  ];
  return history.some((one) =>
    one.applications.some(
      (former) =>
        names.includes(former.name) &&
        (former.settings.onRemoval === 'orphan' ||
          former.things.some((thing) => !thing.prune && at.endsWith(`/${thing.at}`))),
    ),
  );
}
