import { crashPoints } from '../run/machine.ts';
import type { Operation } from './operation.ts';

export const crash: Operation = {
  name: 'crash at a point',
  weight: 5,
  run: (world, dice) => {
    const controller = dice.pick(world.controllers);
    if (!controller.isRunning) return null;
    const point = dice.pick(crashPoints);
    const after = dice.logarithmic(1, 12);
    controller.crashAt(point, after);
    return `${controller.name} is to die ${point}, the ${after}. time`;
  },
};

export const start: Operation = {
  name: 'start',
  weight: 6,
  run: (world, dice) => {
    const controller = dice.pick(world.controllers);
    if (controller.isRunning) return null;
    controller.start();
    return `${controller.name} starts`;
  },
};
