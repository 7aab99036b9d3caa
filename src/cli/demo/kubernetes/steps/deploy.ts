import { showTree } from '../../../show/tree.ts';
import type { Step } from '../../step.ts';
import { configurationFiles, shopFiles, shopVersions, webFiles } from '../fleet.ts';
import type { ClusterStage } from '../stage.ts';

/** @param up the command that starts the controller, as it is shown */
export function deploy(up: string, kubeconfig: string): Step<ClusterStage> {
  return {
    title: 'A commit goes live in dev',
    story:
      'The first commit holds overlays for Kustomize (shop), a Helm chart with a hook (web), and which environments there are. In dev, changes go live by themselves.',
    run: async (stage) => {
      const { screen } = stage;
      const files = { ...configurationFiles(), ...shopFiles(shopVersions.first), ...webFiles() };
      screen.command(`git commit --all --message 'Open the shop' && git push`);
      await stage.repository.commit('Open the shop', files);
      screen.command(`KUBECONFIG=${kubeconfig} ${up}`);
      screen.status('starting the controller');
      const began = performance.now();
      await stage.start();
      await stage.released('shop@dev', 0);
      await stage.released('web@dev', 0);
      await stage.proveShop('dev', shopVersions.first.tag);
      await stage.proveReady('web@dev', { image: 'nginx:1.27', replicas: 1 });
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      screen.proof(`live ${seconds} s after the controller was started for the first time`);
      await stage.prove({
        says: 'web@dev   its hook ran first: Job/web-migrate succeeded',
        look: async () => {
          const job = await stage.server.get('/apis/batch/v1/namespaces/web-dev/jobs/web-migrate');
          return `${String(job?.status?.succeeded ?? 0)} succeeded`;
        },
        expected: '1 succeeded',
      });
      await stage.atRest('shop@dev');
      screen.command('fairlead tree shop@dev');
      const tree = async (): Promise<string> =>
        showTree((await stage.api.tree(stage.selectorOf('shop@dev'))).trees, stage.style);
      await stage.watch({
        says: 'the tree goes down to the pods',
        look: tree,
        expected: /Pod\/shop-\S+ .*Healthy/,
      });
      screen.block(await tree());
    },
  };
}
