import { differences } from '../../judge/convergence.ts';
import type { Controller } from '../controller.ts';
import type { World } from '../world.ts';
import { runtimes } from './runtimes.ts';

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
export function checkFollowed(world: World, controller: Controller): void {
  const { engine, state } = controller;
  const accepted = state.mirrors.get(world.repository.url)?.accepted ?? null;
  const model = accepted === null ? null : world.repository.commit(accepted).model;
  if (engine === null || model === null || model.configFault !== null) return;
  const problem = engine.configuration.problems.find(({ severity }) => severity !== 'warning');
  if (problem !== undefined)
    world.judge.report('no-convergence', `the configuration is sound, yet ${problem.message}`);
  for (const { name, where, message } of differences(world, model)) {
    const runtime = engine.applications.get(name);
    if (
      runtime?.seen.sync !== 'Synced' ||
      runtime.pending.hold !== null ||
      runtime.declared.removal !== null
    )
      continue;
    // What others did may not have been noticed, and secrets are rotated without a notice.
    const touched = where === null || world.judge.meddled.has(where);
    if (!touched && world.installations === 1 && !message.includes('CANARY'))
      world.judge.report('wrong-synced', `${name} does not follow its commits: ${message}`);
  }
}

/** After hours without a fault, nothing is under way all the time. */
export async function checkRest(world: World, controller: Controller): Promise<void> {
  let busy = runtimes(controller);
  for (let look = 0; look < 10 && busy.length > 0; look += 1) {
    await world.pass(37_000);
    const seen = new Map(runtimes(controller).map((runtime) => [runtime.id, runtime.status.state]));
    busy = busy.filter(({ id }) => !resting.has(seen.get(id) ?? 'synced'));
  }
  const [first] = busy;
  if (first !== undefined)
    world.judge.report('no-reason-given', `${first.id} is ${first.status.state} for hours`);
}

/** After hours without a fault, nothing claims to be in order that is not, and everything says what it waits for. */
export function checkStatements(world: World, controller: Controller): void {
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
    if (runtime.status.state !== 'synced' && runtime.status.message === '')
      judge.report(
        'no-reason-given',
        `${runtime.id} is ${runtime.status.state} and does not say why`,
      );
  }
  if (followed === null || followed.model.configFault !== null) return;
  for (const { name, message } of differences(world, followed.model)) {
    const runtime = controller.engine.applications.get(name);
    if (runtime === undefined || runtime.pending.hold !== null) continue;
    if (runtime.seen.sync === 'Synced' && runtime.declared.removal === null)
      judge.report('wrong-synced', `${name} says Synced, yet ${message}`);
  }
}
