import { inventoryKey } from '../../../../src/model/inventory.ts';
import { sameJson } from '../../../../src/model/json.ts';
import type { RepositoryModel } from '../../git/model.ts';
import { differences } from '../../judge/convergence.ts';
import { folderOf, keysOf, wishOf, wishesOf } from '../../judge/truth.ts';
import type { Wish } from '../../judge/truth.ts';
import { inventoryOf } from '../../place/ledger.ts';
import type { Place } from '../../place/place.ts';
import type { Controller } from '../controller.ts';
import type { World } from '../world.ts';
import { isExcused, knotted, spoilt } from './excused.ts';
import { runtimes } from './runtimes.ts';

/** Everything that can be is as the newest commit says. */
export function checkConvergence(world: World, controller: Controller): void {
  const model = world.repository.tip?.model;
  if (model === undefined || controller.engine === null) {
    world.judge.report('no-convergence', `${controller.name} does not run`);
    return;
  }
  // Half a configuration does not tell what is to be where.
  if (model.configFault !== null) return;
  const excused = new Set([
    ...(world.setup.mends ? [] : spoilt(world, model)),
    ...knotted(world, controller),
  ]);
  for (const { name, message } of differences(world, model)) {
    if (isExcused(excused, name)) continue;
    const runtime = controller.engine.applications.get(name);
    // What another installation released and no configuration names is none of this one's business.
    if (runtime === undefined && isForeign(world, controller, name)) continue;
    const said =
      runtime === undefined ? 'unknown' : `${runtime.status.state}: ${runtime.status.message}`;
    world.judge.report('no-convergence', `${message} (${said})`);
    return;
  }
  checkReverted(world, controller, model);
  checkOwners(world, controller, excused);
  for (const runtime of runtimes(controller)) {
    if (isExcused(excused, runtime.id)) continue;
    if (runtime.status.state === 'synced' && runtime.seen.sync === 'Synced') continue;
    world.judge.report(
      'no-convergence',
      `${runtime.id} is in order and says ${runtime.status.state}, ${runtime.seen.sync}: ${runtime.status.message}`,
    );
    return;
  }
}

/** Everything is on the record of one application. */
function checkOwners(world: World, controller: Controller, excused: ReadonlySet<string>): void {
  for (const place of world.places.values()) {
    const owners = new Map<string, string>();
    for (const name of place.inventories.keys()) {
      if (isExcused(excused, name) || isForeign(world, controller, name)) continue;
      for (const entry of inventoryOf(place, name)?.entries ?? []) {
        const at = place.whereOf(entry);
        const other = owners.get(at);
        owners.set(at, name);
        if (at === '' || other === undefined || isOneApplication(other, name)) continue;
        world.judge.report(
          'owned-twice',
          `${at} at ${place.name} is on record of ${other} and of ${name}`,
        );
        return;
      }
    }
  }
}

function isOneApplication(one: string, other: string): boolean {
  const [first, second] = [one, other].map((name) => folderOf(name.split('@')[0] ?? ''));
  return first === second;
}

/** Where the newest commit never works, the last good one is live. */
function checkReverted(world: World, controller: Controller, model: RepositoryModel): void {
  for (const key of keysOf(model)) {
    const runtime = controller.engine?.applications.get(inventoryKey(key));
    const wish = wishOf(model, key, world.secrets);
    if (
      runtime === undefined ||
      runtime.pending.hold !== null ||
      wish.kind !== 'things' ||
      !wish.isBad
    )
      continue;
    const { settings } = wish.application;
    if (settings.onFailure !== 'revert' || !settings.selfHeal || !settings.prune) continue;
    const [target, ...others] = wish.environment.targets;
    const place = world.places.get(target ?? '');
    const good = place && inventoryOf(place, runtime.id)?.revision[0]?.commit;
    if (others.length > 0 || place === undefined || good === undefined) continue;
    if (!hasFetched(world, controller, good)) continue;
    const { repository, secrets } = world;
    const before = wishesOf(repository, repository.commit(good).model, key, secrets);
    const found = before.map((one) => unlike(place, one));
    const [first] = found;
    if (first == null || found.includes(null)) continue;
    world.judge.report(
      'not-reverted',
      `${runtime.id}: ${first} as in the last good ${good.slice(0, 8)} (${runtime.status.state}: ${runtime.status.message})`,
    );
    return;
  }
}

/** What is not as was wished, in words; `null`: nothing, or it cannot be told. */
function unlike(place: Place, wish: Wish): string | null {
  if (wish.kind !== 'things' || wish.isBad) return null;
  for (const [at, spec] of wish.things) {
    const thing = place.thing(at);
    if (thing === null || !sameJson({ ...thing.spec }, { ...spec }))
      return `${at} is ${thing?.spec.value}, not ${spec.value}`;
  }
  return null;
}

function isForeign(world: World, controller: Controller, name: string): boolean {
  return [...world.places.values()].some((place) => {
    const inventory = inventoryOf(place, name);
    return inventory !== null && inventory.installation !== controller.state.installation;
  });
}

/** Whether a commit is in a controller's mirror; after a forced push, a new installation never sees what was before. */
function hasFetched(world: World, controller: Controller, commit: string): boolean {
  const mirror = controller.state.mirrors.get(world.repository.url);
  return [...(mirror?.fetched ?? [])].some((tip) => world.repository.isAncestor(commit, tip));
}
