import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

export const goodChange: Step<Stage> = {
  title: 'A good change goes to dev',
  story: 'The database is left for later; version 2 sells cake, too.',
  run: async (stage) => {
    const { screen, versions } = stage;
    const after = await stage.now();
    const began = performance.now();
    await stage.commit('api 2: sell cake', stage.files(versions.good));
    const release = await stage.released('dev', after);
    await stage.provePage('dev', versions.good);
    const ms = Math.round(performance.now() - began);
    await stage.prove({
      says: `dev   api ${versions.good.name} is live and healthy, ${ms} ms after the commit`,
      look: async () => `${release.outcome} ${(await stage.offer('dev')).version}`,
      expected: `succeeded ${versions.good.name}`,
    });
    screen.status(null);
  },
};
