import { shortDigest } from '../../../model/digest.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';

export const toProd: Step<Stage> = {
  title: 'The good change goes to prod',
  story:
    'What waits now is another plan, with another digest. A yes to the one before is worth nothing any more: what you reviewed is what runs.',
  run: async (stage) => {
    const { screen, badDigest } = stage;
    const plan = await stage.waiting('prod', badDigest);
    screen.command(`fairlead approve ${shortDigest(badDigest)}`);
    await stage.prove({
      says: 'the digest of the bad plan is refused',
      look: async () => {
        const { actor } = stage;
        const { digest } = await stage.api.approve({ digest: shortDigest(badDigest), actor });
        return `approved ${digest}`;
      },
      expected: /no waiting plan/,
    });
    await stage.agree('prod', plan.digest);
    await stage.provePage('prod', stage.versions.good);
  },
};
