import { HostPlace } from '../place/host-place.ts';
import { releasesIn } from '../world/store.ts';
import { application, repository, run, thing } from './stage.ts';
import type { Scenario, Stage } from './stage.ts';

const at = 'prod/web/reload';

function sawOf(stage: Stage): string | null {
  const place = stage.place('west');
  return place instanceof HostPlace ? (place.commands.get(at)?.saw ?? null) : null;
}

/** Commands with a check, and what comes before them. */
export const commands: readonly Scenario[] = [
  {
    name: 'a command that a change asks for runs in the release of that change',
    model: repository([
      {
        ...application('web', [thing('a')], {}, ['prod']),
        runs: [run('reload', { watches: 'a', wave: 1 })],
      },
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('it has run', sawOf(stage) === 'v1');
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('it has run for the change', sawOf(stage) === 'v2');
      const releases = releasesIn(stage.first.state.store, { limit: 10 });
      stage.expect('there was one release for each', releases.length === 2);
    },
  },
];
