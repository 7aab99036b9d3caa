import { inventoryKey } from '../../../../src/model/inventory.ts';
import type { RepositoryModel } from '../../git/model.ts';
import { differences } from '../../judge/convergence.ts';
import { keysOf, wishOf } from '../../judge/truth.ts';
import type { Controller } from '../controller.ts';
import type { World } from '../world.ts';
import { runtimes } from './runtimes.ts';

const minuteMs = 60_000;

/** Who starts anew where all is in order looks, and writes nothing; what others do after that is seen by watching. */
export async function checkRestart(world: World, controller: Controller): Promise<void> {
  const { judge } = world;
  const { requests, effects, records } = judge;
  // What was given up has a new chance with each start.
  const gaveUp = runtimes(controller).some(({ status: { state } }) => state === 'failed');
  controller.kill();
  controller.start();
  await world.pass(10 * minuteMs);
  if (judge.isDecided) return;
  const hasRecorded = world.setup.mends && judge.records > records;
  if (!gaveUp && (judge.requests > requests || judge.effects > effects || hasRecorded))
    judge.report('never-idle', 'a controller that starts anew writes, and nothing was to be done');
  const model = world.repository.tip?.model;
  if (model === undefined || model.configFault !== null || differences(world, model).length > 0)
    return;
  const edited = editSomething(world, controller, model);
  if (edited === null) return;
  await world.pass(2 * minuteMs);
  const runtime = controller.engine?.applications.get(edited.name);
  const isSeen = runtime?.seen.sync !== 'Synced' || runtime.status.state !== 'synced';
  const isHealed = !differences(world, model).some(({ where }) => where === edited.where);
  if (!isSeen && !isHealed)
    judge.report('wrong-synced', `${edited.name} does not see that ${edited.where} was edited`);
}

/** Somebody edits something that an application made. */
function editSomething(world: World, controller: Controller, model: RepositoryModel) {
  const choices = keysOf(model).flatMap((key) => {
    const name = inventoryKey(key);
    const wish = wishOf(model, key, world.secrets);
    const runtime = controller.engine?.applications.get(name);
    if (wish.kind !== 'things' || runtime?.status.state !== 'synced') return [];
    return wish.environment.targets.flatMap((target) =>
      [...wish.things].map(([at, spec]) => ({ name, target, at, spec })),
    );
  });
  if (choices.length === 0) return null;
  const { name, target, at, spec } = world.chance.pick(choices);
  const place = world.places.get(target);
  if (place === undefined) return null;
  place.put(at, { ...spec, value: 'drift' }, null);
  world.judge.onForeign(place, at);
  return { name, where: `${target} ${at}` };
}
