import { copyState } from '../run/controller.ts';
import { application, repository, thing } from './stage.ts';
import type { Scenario, Stage } from './stage.ts';

/** A snapshot of a controller's machine, or a copy of its state folder, is put back: it knows nothing of that. */

/** What it is now, to be put back later. */
function takeSnapshot({ first }: Stage): () => void {
  const state = copyState(first.state);
  return () => {
    first.kill();
    first.state = copyState(state);
    first.start();
  };
}

const at = 'prod/web/a';
const isAt = (stage: Stage, value: string): boolean => stage.isLive(at, value, 'west');

async function agreeTo(stage: Stage, value: string): Promise<void> {
  stage.set('web', 'a', { value });
  await stage.rest();
  stage.approve();
  await stage.rest();
  stage.expect(`${value} is live`, isAt(stage, value));
}

export const snapshots: readonly Scenario[] = [
  {
    name: 'a state folder of before undoes nothing that is newer while Git is away, and goes on when it answers',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      const putBack = takeSnapshot(stage);
      stage.set('web', 'a', { value: 'v2' });
      stage.add('web', thing('c'));
      await stage.rest();
      stage.expect('v2 is live', stage.isLive('dev/web/a', 'v2'));
      stage.world.faults.git.fetchFails = 1;
      putBack();
      await stage.rest(600_000);
      stage.expect('v2 is still live', stage.isLive('dev/web/a', 'v2'));
      stage.expect('c is still there', stage.isLive('dev/web/c', 'v1'));
      // Nor does it heal to what it remembers.
      stage.meddle('dev/web/a', 'by hand');
      await stage.rest(60_000);
      stage.expect('it is left alone', stage.isLive('dev/web/a', 'by hand'));
      stage.world.faults.git.fetchFails = 0;
      await stage.rest(1_200_000);
      stage.expect('it is as Git says', stage.isLive('dev/web/a', 'v2'));
    },
  },
  {
    name: 'a yes that was used up is not there again with a state folder of before',
    model: repository([application('web', [thing('a')], {}, ['prod'])]),
    play: async (stage) => {
      await stage.rest();
      stage.approve();
      await stage.rest();
      await agreeTo(stage, 'v2');
      // Agreed to, and not done yet.
      stage.set('web', 'a', { value: 'v1' });
      await stage.rest();
      stage.fault({ effectFails: 1 }, 'west');
      stage.approve();
      await stage.rest(200);
      const putBack = takeSnapshot(stage);
      stage.fault({ effectFails: 0 }, 'west');
      await stage.rest(600_000);
      stage.expect('v1 is live', isAt(stage, 'v1'));
      await agreeTo(stage, 'v2');
      putBack();
      await stage.rest();
      stage.fetch();
      await stage.rest();
      stage.set('web', 'a', { value: 'v1' });
      await stage.rest();
      stage.expect('nobody agreed to v1 again', isAt(stage, 'v2'));
    },
  },
];
