import type { Operation } from './operation.ts';

/** What happens to the history of the branch. */

const revert: Operation = {
  name: 'revert to an earlier commit',
  weight: 3,
  run: (world, dice) => {
    const earlier = dice.pick(world.repository.commits);
    const { id } = world.repository.push(earlier.model);
    return `commit ${id.slice(0, 8)}: all as in ${earlier.id.slice(0, 8)}`;
  },
};

const forcePush: Operation = {
  name: 'force-push',
  weight: 2,
  run: (world, dice) => {
    const { commits } = world.repository;
    const earlier = dice.pick(commits);
    const { id } = world.repository.push(dice.pick(commits).model, earlier.parent);
    return `forced push to ${id.slice(0, 8)}`;
  },
};

export const history: readonly Operation[] = [revert, forcePush];
