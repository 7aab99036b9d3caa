import { getText } from '../http.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

export const approve: Step<Stage> = {
  title: 'prod waits for a person',
  story:
    'The same commit is planned for prod, too, and nothing of it happens before somebody agrees: to this plan and no other, by its digest.',
  run: async (stage) => {
    const plan = await stage.waiting('prod');
    await stage.prove({
      says: 'prod  nobody answers yet',
      look: () => getText(stage.site('prod').url),
      expected: /ECONNREFUSED/,
    });
    await stage.agree('prod', plan.digest);
    await stage.provePage('prod', stage.versions.first);
  },
};
