import { shortDigest } from '../../../model/digest.ts';
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
    await agree(stage, plan.digest);
    await stage.provePage('prod', stage.versions.first);
  },
};

/** Approves a plan of prod as a person would, and waits until it is carried out. */
export async function agree(stage: Stage, digest: string): Promise<void> {
  const { screen, api, actor } = stage;
  await screen.pause(`approve it as ${actor}`);
  const after = await stage.now();
  screen.command(`fairlead approve ${shortDigest(digest)}`);
  await api.approve({ digest: shortDigest(digest), actor });
  const ended = await stage.event('prod', 'release.ended', after);
  const release = await api.release(ended.release ?? '');
  await stage.prove({
    says: 'what was carried out is the plan that was approved',
    look: async () => `${release.outcome} ${release.plan.digest}`,
    expected: `succeeded ${digest}`,
  });
}
