import type { World } from '../run/world.ts';
import { endFaults } from '../world/faults.ts';
import type { TargetFaults } from '../world/faults.ts';
import type { Chance } from '../world/random.ts';
import type { Operation } from './operation.ts';

/** What goes wrong, for a while or until the end. */

/** Undoes a fault after a time that chance decides; some last until all end. */
function forAWhile(world: World, dice: Chance, undo: () => void): string {
  if (dice.hits(0.3)) return 'until further notice';
  const ms = dice.logarithmic(10, 7_200_000);
  void world.scheduler.sleep(world.process, ms).then(undo);
  return `for ${ms} ms`;
}

function share(dice: Chance): number {
  return dice.pick([0.05, 0.2, 0.5, 1]);
}

const gitFault: Operation = {
  name: 'Git fails',
  weight: 4,
  run: (world, dice) => {
    const { git } = world.faults;
    switch (dice.int(4)) {
      case 0: {
        git.fetchFails = share(dice);
        return `fetches fail (${git.fetchFails}) ${forAWhile(world, dice, () => (git.fetchFails = 0))}`;
      }
      case 1: {
        git.treeFails = dice.pick([0.02, 0.1, 0.5, 1]);
        return `reading Git objects fails (${git.treeFails}) ${forAWhile(world, dice, () => (git.treeFails = 0))}`;
      }
      case 2: {
        git.diffFails = share(dice);
        return `comparing commits fails (${git.diffFails}) ${forAWhile(world, dice, () => (git.diffFails = 0))}`;
      }
      default: {
        git.slowMs = dice.logarithmic(10, 100_000);
        return `Git takes ${git.slowMs} ms ${forAWhile(world, dice, () => (git.slowMs = 0))}`;
      }
    }
  },
};

const storeFault: Operation = {
  name: 'the store fails',
  weight: 3,
  run: (world, dice) => {
    const { store } = world.faults;
    if (dice.hits(0.6)) {
      store.writeFails = share(dice);
      return `writes to the store fail (${store.writeFails}) ${forAWhile(world, dice, () => (store.writeFails = 0))}`;
    }
    store.readFails = share(dice);
    return `reads of the store fail (${store.readFails}) ${forAWhile(world, dice, () => (store.readFails = 0))}`;
  },
};

const diskFull: Operation = {
  name: 'the disk is full',
  weight: 2,
  run: (world, dice) => {
    world.faults.disk.full = true;
    return `the controllers' disk is full ${forAWhile(world, dice, () => (world.faults.disk.full = false))}`;
  },
};

const targetFaults: Readonly<Record<keyof TargetFaults, (dice: Chance) => number | boolean>> = {
  down: share,
  readFails: share,
  staleMs: (dice) => dice.logarithmic(100, 600_000),
  slowMs: (dice) => dice.logarithmic(10, 100_000),
  effectFails: share,
  answerLost: share,
  hangs: share,
  denied: share,
  full: () => true,
  ledgerFails: share,
  ledgerAnswerLost: share,
  noticeLost: share,
  openFails: share,
  watchEnds: share,
  watchDead: (dice) => share(dice) / 4,
  watchMute: (dice) => share(dice) / 4,
  forbidden: share,
  recordsLateMs: (dice) => dice.logarithmic(1_000, 600_000),
};

/** Those of clusters alone. */
const ofClusters: readonly (keyof TargetFaults)[] = [
  'watchEnds',
  'watchDead',
  'watchMute',
  'forbidden',
  'recordsLateMs',
];

const targetFault: Operation = {
  name: 'a target fails',
  weight: 10,
  run: (world, dice) => {
    const name = dice.pick([...world.faults.targets.keys()]);
    const faults = world.faults.targets.get(name);
    if (faults === undefined) return null;
    const isHost = world.setup.model.driver === 'host';
    const names = Object.keys(targetFaults) as (keyof TargetFaults)[];
    const fault = dice.pick(names.filter((one) => !isHost || !ofClusters.includes(one)));
    const value = targetFaults[fault](dice);
    Object.assign(faults, { [fault]: value });
    const undo = (): void => void Object.assign(faults, { [fault]: value === true ? false : 0 });
    return `${name}: ${fault} ${value} ${forAWhile(world, dice, undo)}`;
  },
};

const checkFault: Operation = {
  name: 'a health check fails',
  weight: 2,
  run: (world, dice) => {
    const folder = dice.pick(['web', 'api', 'job', 'db']);
    const { failingChecks } = world.faults;
    if (!failingChecks.has(folder)) failingChecks.set(folder, world.scheduler.nowMs);
    return `the check of ${folder} fails ${forAWhile(world, dice, () => failingChecks.delete(folder))}`;
  },
};

const faultsEnd: Operation = {
  name: 'faults end',
  weight: 5,
  run: (world) => {
    endFaults(world.faults);
    return 'all faults end';
  },
};

export const faults: readonly Operation[] = [
  gitFault,
  storeFault,
  diskFull,
  targetFault,
  checkFault,
  faultsEnd,
];
