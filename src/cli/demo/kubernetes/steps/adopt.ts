import type { Step } from '../../step.ts';
import { configurationFiles, toolsManifest } from '../fleet.ts';
import type { LiveObject } from '../server.ts';
import type { ClusterStage } from '../stage.ts';

export const adopt: Step<ClusterStage> = {
  title: 'What kubectl made is taken over as it is',
  story:
    'Most clusters are not empty. Somebody once applied these tools by hand; now they come into Git. Where both agree, the plan says adopt: no field changes, no pod restarts.',
  run: async (stage) => {
    await stage.byHand(['create', 'namespace', 'tools']);
    await stage.byHand(
      ['-n', 'tools', 'apply', '-f', '-'],
      toolsManifest,
      'kubectl -n tools apply -f tools.yaml',
    );
    const pods = async (): Promise<string> => {
      const { items } = await stage.server.get('/api/v1/namespaces/tools/pods');
      return (items as readonly LiveObject[])
        .filter(({ status }) => status.phase === 'Running')
        .map(({ metadata }) => metadata.uid as string)
        .toSorted()
        .join();
    };
    await stage.watch({ says: 'two pods run', look: pods, expected: /^[^,]+,[^,]+$/ });
    const before = { pods: await pods(), live: await stage.deployment('tools', 'tools') };
    const after = await stage.now();
    await stage.commit('Tools come into Git', {
      ...configurationFiles(true),
      'tools/tools.yaml': toolsManifest,
    });
    const release = await stage.released('tools@dev', after);
    await stage.prove({
      says: 'tools@dev  adopted: every change of the plan is an adopt, none touches a field',
      look: async () =>
        release.plan.plans
          .flatMap(({ changes }) => changes.map(({ action, diff }) => `${action} ${diff.length}`))
          .join(', '),
      expected: 'adopt 0, adopt 0',
    });
    await stage.prove({
      says: 'tools@dev  the same pods run, the Deployment has the same generation',
      look: async () =>
        `${await pods()} ${(await stage.deployment('tools', 'tools')).metadata.generation}`,
      expected: `${before.pods} ${before.live.metadata.generation}`,
    });
  },
};
