import { inventoryKey } from '../../../src/model/inventory.ts';
import { sameJson } from '../../../src/model/json.ts';
import type { ApplicationRuntime } from '../../../src/reconcile/runtime.ts';
import { claimTaken } from '../../../src/targets/errors.ts';
import { isBad, sharedPrefix } from '../git/model.ts';
import type { ApplicationModel, RepositoryModel } from '../git/model.ts';
import { differences } from '../judge/convergence.ts';
import { checkTold } from '../judge/history.ts';
import { folderOf, keysOf, wishOf } from '../judge/truth.ts';
import { inventoryOf } from '../place/ledger.ts';
import {
  approveWaiting,
  orderActivate,
  orderConfirm,
  orderResume,
  orderSync,
} from '../operations/people.ts';
import { endFaults } from '../world/faults.ts';
import type { Controller } from './controller.ts';
import { paceOf } from './driver.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;

/**
 * The end of every schedule: all faults end and time runs on. What is not as the newest commit says must be said to
 * be so; people do what they are asked to; then all must be as the commit says, and nothing more may happen.
 */
export async function settle(world: World): Promise<void> {
  const { judge, trace } = world;
  trace.add('### all faults end');
  const controller = await oneController(world);
  const pace = paceOf(world.setup.model.driver);
  await world.pass(pace.followMs);
  if (judge.isDecided) return;
  checkFollowed(world, controller);
  if (judge.isDecided) return;
  // Longer than it takes until everything has been looked at from scratch.
  await world.pass(pace.verifyMs);
  if (judge.isDecided) return;
  await checkRest(world, controller);
  if (judge.isDecided) return;
  checkStatements(world, controller);
  if (judge.isDecided) return;

  if (world.setup.mends) mend(world);
  for (let round = 0; round < 8; round += 1) {
    // Longer than it takes until a commit is noticed.
    await world.pass(12 * minuteMs);
    if (judge.isDecided || !obey(world, controller)) break;
  }
  await world.pass(pace.followMs);
  if (judge.isDecided) return;
  checkConvergence(world, controller);
  if (judge.isDecided) return;

  const { effects, records, requests } = judge;
  // Twice as long as it takes until everything has been looked at from scratch.
  await world.pass(2 * pace.verifyMs + pace.followMs);
  if (judge.effects > effects || judge.requests > requests)
    judge.report('never-idle', 'effects go on with nothing to do');
  else if (judge.records > records && world.setup.mends)
    judge.report('never-idle', 'records are written for ever');
  if (!judge.isDecided) checkConvergence(world, controller);
  if (!judge.isDecided) checkTold(controller, judge.report);
  if (!judge.isDecided && world.setup.model.driver === 'kubernetes')
    await checkRestart(world, controller);
}

/** Who starts anew where all is in order looks, and writes nothing; what others do after that is seen by watching. */
async function checkRestart(world: World, controller: Controller): Promise<void> {
  const { judge } = world;
  const { requests, effects, records } = judge;
  controller.kill();
  controller.start();
  await world.pass(10 * minuteMs);
  if (judge.isDecided) return;
  const hasRecorded = world.setup.mends && judge.records > records;
  if (judge.requests > requests || judge.effects > effects || hasRecorded)
    judge.report('never-idle', 'a controller that starts anew writes, and nothing was to be done');
  const model = world.repository.tip?.model;
  if (model === undefined || model.configFault !== null || differences(world, model).length > 0)
    return;
  const edited = editSomething(world, controller, model);
  if (edited === null) return;
  await world.pass(2 * minuteMs);
  const runtime = controller.engine?.applications.get(edited.name);
  const isSeen = runtime?.sync !== 'Synced' || runtime.state !== 'synced';
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
    if (wish.kind !== 'things' || runtime?.state !== 'synced') return [];
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

/** Ends all faults and all controllers but one. */
async function oneController(world: World): Promise<Controller> {
  endFaults(world.faults);
  for (const place of world.places.values()) place.mend();
  const survivor = world.chance.pick(world.controllers);
  for (const controller of world.controllers) {
    controller.neverCrash();
    if (controller.machine !== null) controller.machine.process.paused = false;
  }
  // The others go on for a moment: whoever is left must cope with that.
  await world.turns(50);
  for (const controller of world.controllers) {
    controller.isSupervised = controller === survivor;
    if (controller !== survivor) controller.kill();
  }
  survivor.mustRun = true;
  survivor.start();
  return survivor;
}

function runtimes(controller: Controller): readonly ApplicationRuntime[] {
  return [...(controller.engine?.applications.values() ?? [])];
}

const resting: ReadonlySet<string> = new Set([
  'synced',
  'out-of-sync',
  'awaiting-approval',
  'awaiting-dependency',
  'backing-off',
  'failed',
  'held',
  'read-only',
]);

/** Commits are followed by themselves, without looking at everything from scratch. */
function checkFollowed(world: World, controller: Controller): void {
  const { engine, state } = controller;
  const accepted = state.mirrors.get(world.repository.url)?.accepted ?? null;
  const model = accepted === null ? null : world.repository.commit(accepted).model;
  if (engine === null || model === null || model.configFault !== null) return;
  const problem = engine.configuration.problems.find(({ severity }) => severity !== 'warning');
  if (problem !== undefined)
    world.judge.report('no-convergence', `the configuration is sound, yet ${problem.message}`);
  for (const { name, where, message } of differences(world, model)) {
    const runtime = engine.applications.get(name);
    if (runtime?.sync !== 'Synced' || runtime.hold !== null || runtime.removal !== null) continue;
    // What others did may not have been noticed, and secrets are rotated without a notice.
    const touched = where === null || world.judge.meddled.has(where);
    if (!touched && world.installations === 1 && !message.includes('CANARY'))
      world.judge.report('wrong-synced', `${name} does not follow its commits: ${message}`);
  }
}

/** After hours without a fault, nothing is under way all the time. */
async function checkRest(world: World, controller: Controller): Promise<void> {
  let busy = runtimes(controller);
  for (let look = 0; look < 10 && busy.length > 0; look += 1) {
    await world.pass(37_000);
    const seen = new Map(runtimes(controller).map((runtime) => [runtime.id, runtime.state]));
    busy = busy.filter(({ id }) => !resting.has(seen.get(id) ?? 'synced'));
  }
  const [first] = busy;
  if (first !== undefined)
    world.judge.report('no-reason-given', `${first.id} is ${first.state} for hours`);
}

/** After hours without a fault, nothing claims to be in order that is not, and everything says what it waits for. */
function checkStatements(world: World, controller: Controller): void {
  const { judge } = world;
  if (controller.engine === null) {
    judge.report('no-reason-given', `${controller.name} does not run`);
    return;
  }
  const tip = world.repository.tip;
  const accepted = controller.state.mirrors.get(world.repository.url)?.accepted ?? null;
  const followed = accepted === null ? null : world.repository.commit(accepted);
  if (tip !== null && followed?.id !== tip.id) {
    const held = controller.state.mirrors.get(world.repository.url)?.held;
    if (held?.commit !== tip.id)
      judge.report('no-reason-given', `${controller.name} does not follow the newest commit`);
  }
  for (const runtime of runtimes(controller)) {
    if (runtime.state !== 'synced' && runtime.message === '')
      judge.report('no-reason-given', `${runtime.id} is ${runtime.state} and does not say why`);
  }
  if (followed === null || followed.model.configFault !== null) return;
  for (const { name, message } of differences(world, followed.model)) {
    const runtime = controller.engine.applications.get(name);
    if (runtime === undefined || runtime.hold !== null) continue;
    if (runtime.sync === 'Synced' && runtime.removal === null)
      judge.report('wrong-synced', `${name} says Synced, yet ${message}`);
  }
}

/** A commit that makes everything usable. */
function mend(world: World): void {
  const model = world.repository.tip?.model;
  if (model === undefined) return;
  const applications = model.applications.map((one): ApplicationModel => ({
    ...one,
    fault: null,
    things: one.things.map((thing) =>
      isBad(thing.value) ? { ...thing, value: `good${thing.value}` } : thing,
    ),
    settings: {
      ...one.settings,
      prune: true,
      selfHeal: true,
      allowEmpty: true,
      // Who waits for an application that wants a place of his keeps it from getting that place.
      dependsOn: [],
      wave: 0,
    },
  }));
  const { id } = world.repository.push({ ...model, applications, configFault: null });
  world.trace.add(`### commit ${id.slice(0, 8)} mends everything`);
}

/** Does what the controller asks for. @returns whether there was anything. */
function obey(world: World, controller: Controller): boolean {
  const { engine } = controller;
  if (engine === null) return true;
  let did = orderConfirm(world, controller);
  if (engine.readOnlyReason !== '') {
    orderActivate(world, controller);
    return true;
  }
  for (const runtime of runtimes(controller)) {
    if (runtime.hold !== null) orderResume(world, controller, runtime);
    else if (runtime.error?.code === claimTaken.definition.code) orderActivate(world, controller);
    else if (runtime.waiting !== null) approveWaiting(world, controller, runtime);
    else if (runtime.state === 'out-of-sync')
      orderSync(world, controller, runtime, { agree: true, retryQuarantined: true });
    else if (runtime.state === 'failed')
      orderSync(world, controller, runtime, { agree: false, retryQuarantined: true });
    else if (runtime.state === 'read-only') orderActivate(world, controller);
    else continue;
    did = true;
  }
  return did;
}

/** Everything that can be is as the newest commit says. */
function checkConvergence(world: World, controller: Controller): void {
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
    const said = runtime === undefined ? 'unknown' : `${runtime.state}: ${runtime.message}`;
    world.judge.report('no-convergence', `${message} (${said})`);
    return;
  }
  checkReverted(world, controller, model);
  for (const runtime of runtimes(controller)) {
    if (isExcused(excused, runtime.id)) continue;
    if (runtime.state === 'synced' && runtime.sync === 'Synced') continue;
    world.judge.report(
      'no-convergence',
      `${runtime.id} is in order and says ${runtime.state}, ${runtime.sync}: ${runtime.message}`,
    );
    return;
  }
}

/** Where the newest commit never works, the last good one is live. */
function checkReverted(world: World, controller: Controller, model: RepositoryModel): void {
  for (const key of keysOf(model)) {
    const runtime = controller.engine?.applications.get(inventoryKey(key));
    const wish = wishOf(model, key, world.secrets);
    if (runtime === undefined || runtime.hold !== null || wish.kind !== 'things' || !wish.isBad)
      continue;
    const { settings } = wish.application;
    if (settings.onFailure !== 'revert' || !settings.selfHeal || !settings.prune) continue;
    const [target, ...others] = wish.environment.targets;
    const place = world.places.get(target ?? '');
    const good = place && inventoryOf(place, runtime.id)?.revision[0]?.commit;
    if (others.length > 0 || place === undefined || good === undefined) continue;
    if (!hasFetched(world, controller, good)) continue;
    const before = wishOf(world.repository.commit(good).model, key, world.secrets);
    if (before.kind !== 'things' || before.isBad) continue;
    for (const [at, spec] of before.things) {
      const thing = place.thing(at);
      if (thing !== null && sameJson({ ...thing.spec }, { ...spec })) continue;
      world.judge.report(
        'not-reverted',
        `${runtime.id}: ${at} is ${thing?.spec.value}, not ${spec.value} as in the last good ${good.slice(0, 8)} (${runtime.state}: ${runtime.message})`,
      );
      return;
    }
  }
}

/** Applications that what is broken in Git keeps from being as the commit says, and those that wait for them. */
function spoilt(world: World, model: RepositoryModel): ReadonlySet<string> {
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

function isExcused(excused: ReadonlySet<string>, name: string): boolean {
  const [application = '', environment = ''] = name.split('@');
  const folder = folderOf(application);
  return (
    excused.has(name) ||
    excused.has(`${folder}@${environment}`) ||
    excused.has(`${folder}-x@${environment}`)
  );
}

/** Applications that each want a place of the other: neither gets it before the other lets go, and both say so. */
function knotted(world: World, controller: Controller): readonly string[] {
  const waiting = runtimes(controller).filter(
    ({ error }) => error?.code === claimTaken.definition.code,
  );
  if (waiting.length === 0) return [];
  const holders = [...world.places.values()].flatMap((place) =>
    [...place.inventories.keys()].filter((name) =>
      inventoryOf(place, name)?.entries.some(({ locator }) =>
        JSON.stringify(locator).includes(sharedPrefix),
      ),
    ),
  );
  const isKnot = waiting.length > 1 || !world.setup.mends;
  return isKnot ? [...waiting.map(({ id }) => id), ...holders] : [];
}
