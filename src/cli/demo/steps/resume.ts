import { application } from '../shop.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

export const resume: Step<Stage> = {
  title: 'prod goes forward again',
  story:
    'The complaints were about the cake, not the version. The hold ends; going forward is a plan that somebody agrees to.',
  run: async (stage) => {
    const { screen, api, actor } = stage;
    screen.command('fairlead resume shop@prod');
    const { ended } = await api.resume({ application, environment: 'prod', actor });
    await stage.prove({
      says: 'the hold has ended',
      look: async () => ended?.kind ?? 'there was none',
      expected: 'revision',
    });
    const plan = await stage.waiting('prod');
    await stage.agree('prod', plan.digest);
    await stage.provePage('prod', stage.versions.good);
  },
};
