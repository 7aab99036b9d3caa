import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

export const toProd: Step<Stage> = {
  title: 'The good change goes to prod',
  story:
    'What waits now is another plan, with another digest. A yes to the one before is worth nothing any more: what you reviewed is what runs.',
  run: async (stage) => {
    const plan = await stage.waiting('prod', stage.badDigest);
    await stage.proveBadRefused();
    await stage.agree('prod', plan.digest);
    await stage.provePage('prod', stage.versions.good);
  },
};
