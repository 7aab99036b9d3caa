import { environments } from '../shop.ts';
import type { Files } from '../repository.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

/** What the careless commit removes, in both environments. */
const removed: Files = Object.fromEntries(
  environments.flatMap((environment) =>
    ['config', 'program', 'api', 'web'].map((name) => [`shop/${environment}/${name}.yaml`, null]),
  ),
);

export const tooMuch: Step<Stage> = {
  title: 'A commit that deletes too much is stopped',
  story:
    'A clean-up takes most of the shop along. Deletes like these wait for a person even in dev, where everything else goes live by itself.',
  run: async (stage) => {
    const { screen, versions } = stage;
    const before = [await stage.releases('dev'), await stage.releases('prod')];
    await stage.commit('Clean up', removed);
    await stage.waiting('dev');
    await stage.provePage('dev', versions.good, ', still');
    await stage.provePage('prod', versions.good, ', still');
    await screen.pause('take the commit back');
    await stage.revert();
    for (const environment of environments) {
      await stage.watch({
        says: `${environment} is in sync`,
        look: async () => {
          const view = await stage.view(environment);
          return `${view.sync} ${view.waiting === null ? 'nothing waits' : 'a plan waits'}`;
        },
        expected: 'Synced nothing waits',
      });
    }
    await stage.prove({
      says: 'dev and prod are in sync again; nothing was deleted, nothing was released',
      look: async () => [await stage.releases('dev'), await stage.releases('prod')].join(),
      expected: before.join(),
    });
  },
};
