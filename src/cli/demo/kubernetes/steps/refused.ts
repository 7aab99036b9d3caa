import type { Step } from '../../step.ts';
import { policyManifest, values } from '../fleet.ts';
import type { ClusterStage } from '../stage.ts';

export const refused: Step<ClusterStage> = {
  title: 'What the cluster would refuse is known before',
  story:
    'The platform team lets no image be called latest, by an admission policy of the cluster. A commit does it all the same. Plans are tried by a dry run, so the refusal stands in the plan, and nothing is touched.',
  run: async (stage) => {
    const { screen } = stage;
    await stage.byHand(['apply', '-f', '-'], policyManifest, 'kubectl apply -f no-latest.yaml');
    const probe = ['-n', 'web-dev', 'set', 'image', 'deployment/web', 'web=nginx:latest'];
    await stage.prove({
      says: 'the policy is in force: kubectl is refused, too',
      look: () =>
        stage.quietly([...probe, '--dry-run=server']).catch((error: Error) => error.message),
      expected: /must name a version/,
    });
    const before = await stage.deployment('web-dev', 'web');
    const tried = await stage.releases('web@dev');
    await stage.commit('Always the newest nginx', values('dev', 'latest', 1));
    let why = '';
    await stage.watch({
      says: 'the refusal is known',
      look: async () => (why = (await stage.view('web@dev')).message),
      expected: /must name a version/,
    });
    screen.say(why);
    await stage.prove({
      says: 'web@dev  nothing was sent: the Deployment is the same, no release began',
      look: async () => {
        const { metadata } = await stage.deployment('web-dev', 'web');
        return `${metadata.resourceVersion}, ${await stage.releases('web@dev')} releases`;
      },
      expected: `${before.metadata.resourceVersion}, ${tried} releases`,
    });
    await screen.pause('take the commit back');
    await stage.revert();
    await stage.atRest('web@dev');
    screen.proof('web@dev  is in sync again');
  },
};
