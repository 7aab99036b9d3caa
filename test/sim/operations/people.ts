import type { Controller } from '../run/controller.ts';
import type { World } from '../run/world.ts';
import type { ApplicationRuntime } from '../../../src/reconcile/runtime.ts';
import type { Chance } from '../world/random.ts';
import { pickRunning } from './controllers.ts';
import type { Operation } from './operation.ts';

/** What people order. Nobody waits for the answer: the controller may be gone before it comes. */

const actor = 'ada';

/** Follows an order to its end, if it has one, for the trace. */
function follow(world: World, what: string, order: Promise<unknown>): void {
  void order.then(
    () => world.trace.add(`order done: ${what}`),
    (thrown: unknown) => world.trace.add(`order refused: ${what}: ${String(thrown)}`),
  );
}

/** Approves the plan that waits. @returns whether there was one. */
export function approveWaiting(
  world: World,
  controller: Controller,
  runtime: ApplicationRuntime,
): boolean {
  const { plan, waiting } = runtime.pending;
  if (controller.engine === null || plan === null || waiting === null) return false;
  world.judge.onApproval(runtime.key, plan);
  follow(
    world,
    `approve ${runtime.id}`,
    controller.engine.api.approve({ digest: waiting.digest, actor }),
  );
  return true;
}

export function orderSync(
  world: World,
  controller: Controller,
  runtime: ApplicationRuntime,
  options: {
    readonly agree: boolean;
    readonly retryQuarantined: boolean;
    readonly withoutHooks?: boolean;
  },
): void {
  if (controller.engine === null) return;
  const plan = options.agree ? runtime.pending.plan : null;
  if (plan !== null) world.judge.onApproval(runtime.key, plan);
  const order = controller.engine.api.sync({
    ...runtime.key,
    actor,
    reason: 'asked for',
    approve: plan?.digest ?? null,
    retryQuarantined: options.retryQuarantined,
    ...(options.withoutHooks === true && { withoutHooks: true }),
  });
  follow(world, `sync ${runtime.id}`, order);
}

export function orderResume(
  world: World,
  controller: Controller,
  runtime: ApplicationRuntime,
): void {
  if (controller.engine === null) return;
  follow(world, `resume ${runtime.id}`, controller.engine.api.resume({ ...runtime.key, actor }));
}

export function orderActivate(world: World, controller: Controller): void {
  if (controller.engine === null) return;
  const { state } = controller;
  world.judge.activated.add(controller.machine?.process.name ?? '');
  const order = controller.engine.api.activate({ actor }).then(() => {
    state.restored = false;
  });
  follow(world, `activate ${controller.name}`, order);
}

export function orderConfirm(world: World, controller: Controller): boolean {
  const mirror = controller.state.mirrors.get(world.repository.url);
  if (controller.engine === null || mirror?.held == null) return false;
  const { commit } = mirror.held;
  const order = controller.engine.api.confirmSource({ source: '', commit, actor });
  follow(world, `confirm ${commit.slice(0, 8)}`, order);
  return true;
}

function pickRuntime(
  world: World,
  dice: Chance,
  fits: (runtime: ApplicationRuntime) => boolean = () => true,
): { controller: Controller; runtime: ApplicationRuntime } | null {
  const controller = pickRunning(world, dice);
  const fitting = [...(controller?.engine?.applications.values() ?? [])].filter(fits);
  return controller === null || fitting.length === 0
    ? null
    : { controller, runtime: dice.pick(fitting) };
}

const approve: Operation = {
  name: 'approve',
  weight: 7,
  run: (world, dice) => {
    const picked = pickRuntime(world, dice, ({ pending: { waiting } }) => waiting !== null);
    if (picked === null) return null;
    approveWaiting(world, picked.controller, picked.runtime);
    return `ada approves what waits for ${picked.runtime.id} at ${picked.controller.name}`;
  },
};

const sync: Operation = {
  name: 'sync',
  weight: 4,
  run: (world, dice) => {
    const picked = pickRuntime(world, dice);
    if (picked === null) return null;
    const options = { agree: dice.hits(0.4), retryQuarantined: dice.hits(0.3) };
    orderSync(world, picked.controller, picked.runtime, options);
    return `ada syncs ${picked.runtime.id} at ${picked.controller.name} ${JSON.stringify(options)}`;
  },
};

const rollback: Operation = {
  name: 'roll back',
  weight: 3,
  run: (world, dice) => {
    const picked = pickRuntime(world, dice);
    if (picked?.controller.engine == null) return null;
    const { controller, runtime } = picked;
    const to = dice.hits(0.5) ? null : dice.pick(world.repository.commits).id;
    const expiresAtMs = dice.hits(0.5)
      ? controller.clockMs + dice.logarithmic(10_000, 7_200_000)
      : null;
    const order = picked.controller.engine.api.rollback({
      ...runtime.key,
      to,
      actor,
      reason: 'go back',
      expiresAtMs,
      approve: null,
    });
    const what = `${runtime.id} goes back to ${to === null ? 'the release before' : to.slice(0, 8)}`;
    follow(world, what, order);
    return `ada: ${what}${expiresAtMs === null ? '' : ', for a while'}`;
  },
};

const hold: Operation = {
  name: 'hold',
  weight: 3,
  run: (world, dice) => {
    const picked = pickRuntime(world, dice);
    if (picked?.controller.engine == null) return null;
    const { controller, runtime } = picked;
    const expiresAtMs = dice.hits(0.6)
      ? controller.clockMs + dice.logarithmic(1_000, 7_200_000)
      : null;
    const order = picked.controller.engine.api.hold({
      ...runtime.key,
      actor,
      reason: 'wait',
      expiresAtMs,
    });
    follow(world, `hold ${runtime.id}`, order);
    return `ada holds ${runtime.id}${expiresAtMs === null ? '' : ' for a while'}`;
  },
};

const resume: Operation = {
  name: 'resume',
  weight: 3,
  run: (world, dice) => {
    const picked = pickRuntime(world, dice, (runtime) => runtime.pending.hold !== null);
    if (picked === null) return null;
    orderResume(world, picked.controller, picked.runtime);
    return `ada ends the hold of ${picked.runtime.id}`;
  },
};

const activate: Operation = {
  name: 'activate',
  weight: 3,
  run: (world, dice) => {
    const controller = pickRunning(world, dice);
    if (controller === null || controller.engine?.readOnlyReason === '') return null;
    orderActivate(world, controller);
    return `ada lets ${controller.name} act`;
  },
};

const confirmSource: Operation = {
  name: 'confirm a forced push',
  weight: 3,
  run: (world, dice) => {
    const controller = pickRunning(world, dice);
    return controller !== null && orderConfirm(world, controller)
      ? `ada confirms the forced push at ${controller.name}`
      : null;
  },
};

const refresh: Operation = {
  name: 'fetch now',
  weight: 9,
  run: (world, dice) => {
    const controller = pickRunning(world, dice);
    if (controller?.engine == null) return null;
    follow(world, 'refresh', controller.engine.api.refresh({ source: null }));
    return `${controller.name} is asked to fetch`;
  },
};

export const people: readonly Operation[] = [
  approve,
  sync,
  rollback,
  hold,
  resume,
  activate,
  confirmSource,
  refresh,
];
