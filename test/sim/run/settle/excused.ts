import { claimTaken } from '../../../../src/targets/errors.ts';
import { sharedPrefix } from '../../git/model.ts';
import type { RepositoryModel } from '../../git/model.ts';
import { folderOf, wishOf } from '../../judge/truth.ts';
import { inventoryOf } from '../../place/ledger.ts';
import type { Controller } from '../controller.ts';
import type { World } from '../world.ts';
import { runtimes } from './runtimes.ts';

/** Applications that what is broken in Git keeps from being as the commit says, and those that wait for them. */
export function spoilt(world: World, model: RepositoryModel): ReadonlySet<string> {
  const names = new Set<string>();
  const fault = model.configFault;
  const environments = model.environments.map(({ name }) => name);
  const all = model.applications.flatMap((application) =>
    environments.map((environment) => ({ application, environment })),
  );
  for (const { application, environment } of all) {
    const key = { application: application.name, environment };
    const wish = wishOf(model, key, world.secrets);
    const isOff = !application.settings.selfHeal;
    if (
      fault !== null ||
      isOff ||
      wish.kind === 'unusable' ||
      (wish.kind === 'things' && wish.isBad)
    )
      names.add(`${application.name}@${environment}`);
  }
  for (let grew = true; grew;) {
    grew = false;
    for (const { application, environment } of all) {
      const name = `${application.name}@${environment}`;
      const waits =
        wantsOthers(world, model, name, names) ||
        all.some(
          (other) =>
            other.environment === environment &&
            names.has(`${other.application.name}@${environment}`) &&
            (application.settings.dependsOn.includes(other.application.name) ||
              other.application.settings.wave < application.settings.wave),
        );
      if (!waits || names.has(name)) continue;
      names.add(name);
      grew = true;
    }
  }
  return names;
}

/** Whether it wants a place that an application has which cannot let go of it. */
function wantsOthers(
  world: World,
  model: RepositoryModel,
  name: string,
  stuck: ReadonlySet<string>,
): boolean {
  const [application = '', environment = ''] = name.split('@');
  const wish = wishOf(model, { application, environment }, world.secrets);
  if (wish.kind !== 'things') return false;
  return wish.environment.targets.some((target) => {
    const place = world.places.get(target);
    return [...(place?.inventories.keys() ?? [])].some(
      (other) =>
        stuck.has(other) &&
        inventoryOf(place!, other)?.entries.some((entry) => wish.things.has(place!.whereOf(entry))),
    );
  });
}

export function isExcused(excused: ReadonlySet<string>, name: string): boolean {
  const [application = '', environment = ''] = name.split('@');
  const folder = folderOf(application);
  return (
    excused.has(name) ||
    excused.has(`${folder}@${environment}`) ||
    excused.has(`${folder}-x@${environment}`)
  );
}

/** Applications that each want a place of the other: neither gets it before the other lets go, and both say so. */
export function knotted(world: World, controller: Controller): readonly string[] {
  const waiting = runtimes(controller).filter(
    ({ status: { error } }) => error?.code === claimTaken.definition.code,
  );
  if (waiting.length === 0) return [];
  const holders = [...world.places.values()].flatMap((place) =>
    [...place.inventories.keys()].filter((name) =>
      // A file is where its locator says, an object what it is called.
      inventoryOf(place, name)?.entries.some(({ id, locator }) =>
        JSON.stringify([id.name, locator]).includes(sharedPrefix),
      ),
    ),
  );
  const isKnot = waiting.length > 1 || !world.setup.mends;
  return isKnot ? [...waiting.map(({ id }) => id), ...holders] : [];
}
