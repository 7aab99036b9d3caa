import { copyState, emptyState } from '../run/controller.ts';
import type { Controller, StateFolder } from '../run/controller.ts';
import { crashPoints } from '../run/machine.ts';
import type { World } from '../run/world.ts';
import type { Chance } from '../world/random.ts';
import type { Operation } from './operation.ts';

/** What happens to controllers, their processes and their disks. */

/** More would only take time. */
const mostControllers = 3;

export function pickRunning(world: World, dice: Chance): Controller | null {
  const running = world.controllers.filter(({ isRunning }) => isRunning);
  return running.length === 0 ? null : dice.pick(running);
}

const kill: Operation = {
  name: 'kill',
  weight: 4,
  run: (world, dice) => {
    const controller = pickRunning(world, dice);
    controller?.kill();
    return controller && `${controller.name} is killed`;
  },
};

const crash: Operation = {
  name: 'crash at a point',
  weight: 6,
  run: (world, dice) => {
    const controller = pickRunning(world, dice);
    if (controller === null) return null;
    const point = dice.pick(crashPoints);
    const after = dice.logarithmic(1, 12);
    controller.crashAt(point, after);
    return `${controller.name} is to die ${point}, the ${after}. time`;
  },
};

const start: Operation = {
  name: 'start',
  weight: 9,
  run: (world, dice) => {
    const resting = world.controllers.filter(({ isRunning }) => !isRunning);
    if (resting.length === 0) return null;
    const controller = dice.pick(resting);
    controller.start();
    return `${controller.name} starts`;
  },
};

const stop: Operation = {
  name: 'stop',
  weight: 2,
  run: (world, dice) => {
    const controller = pickRunning(world, dice);
    controller?.stop();
    return controller && `${controller.name} is asked to stop`;
  },
};

const pause: Operation = {
  name: 'pause',
  weight: 3,
  run: (world, dice) => {
    const controller = pickRunning(world, dice);
    if (controller?.machine == null) return null;
    const { process } = controller.machine;
    process.paused = true;
    const ms = dice.logarithmic(100, 3_600_000);
    void world.scheduler.sleep(world.process, ms).then(() => (process.paused = false));
    return `${controller.name} stands still for ${ms} ms`;
  },
};

const loseState: Operation = {
  name: 'lose the state folder',
  weight: 2,
  run: (world, dice) => {
    const controller = dice.pick(world.controllers);
    controller.kill();
    controller.state = emptyState(world.newInstallation());
    controller.start();
    return `${controller.name} loses its state folder and starts anew as ${controller.state.installation}`;
  },
};

const backUp: Operation = {
  name: 'back up',
  weight: 2,
  run: (world, dice) => {
    const controller = dice.pick(world.controllers);
    world.backups.set(controller, copyState(controller.state));
    return `${controller.name} is backed up`;
  },
};

/** A controller begins again with a state of before. @returns what happened; `null` where none was kept. */
function goBack(
  world: World,
  dice: Chance,
  facts: Partial<StateFolder>,
  how: string,
): string | null {
  const saved = [...world.backups];
  if (saved.length === 0) return null;
  const [controller, state] = dice.pick(saved);
  controller.kill();
  controller.state = { ...copyState(state), ...facts };
  controller.start();
  return `${controller.name} is ${how}`;
}

const restore: Operation = {
  name: 'restore',
  weight: 2,
  run: (world, dice) => goBack(world, dice, { restored: true }, 'restored from its backup'),
};

/** Of the machine, or of the disk: the state folder does not know that it is one of before. */
const snapshot: Operation = {
  name: 'put a snapshot back',
  weight: 2,
  run: (world, dice) => goBack(world, dice, {}, 'as in the snapshot of its machine'),
};

const twin: Operation = {
  name: 'a twin takes over',
  weight: 3,
  run: (world, dice) => {
    if (world.controllers.length >= mostControllers) return null;
    const original = dice.pick(world.controllers);
    const added = world.addController(copyState(original.state));
    added.start();
    const { machine } = original;
    if (machine !== null && dice.hits(0.6)) {
      machine.process.paused = true;
      const ms = dice.logarithmic(100, 3_600_000);
      void world.scheduler.sleep(world.process, ms).then(() => (machine.process.paused = false));
      return `${added.name} takes over the state of ${original.name}, which stands still for ${ms} ms`;
    }
    return `${added.name} runs on a copy of the state of ${original.name}, beside it`;
  },
};

const otherInstallation: Operation = {
  name: 'another installation starts',
  weight: 2,
  run: (world) => {
    if (world.controllers.length >= mostControllers) return null;
    const added = world.addController();
    added.start();
    return `${added.name} starts as another installation`;
  },
};

const setClock: Operation = {
  name: 'set a clock',
  weight: 2,
  run: (world, dice) => {
    const controller = dice.pick(world.controllers);
    const ms = dice.logarithmic(1_000, 100 * 3_600_000) * (dice.hits(0.5) ? 1 : -1);
    controller.wallOffsetMs += ms;
    return `the clock of ${controller.name} jumps by ${ms} ms`;
  },
};

export const controllers: readonly Operation[] = [
  kill,
  crash,
  start,
  stop,
  pause,
  loseState,
  backUp,
  restore,
  snapshot,
  twin,
  otherInstallation,
  setClock,
];
