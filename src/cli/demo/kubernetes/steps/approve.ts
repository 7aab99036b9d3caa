import type { Step } from '../../step.ts';
import { shopVersions } from '../fleet.ts';
import type { ClusterStage } from '../stage.ts';

export const approve: Step<ClusterStage> = {
  title: 'prod waits for a person',
  story:
    'The same commit is planned for prod, too, and nothing of it happens before somebody agrees: to this plan and no other, by its digest.',
  run: async (stage) => {
    const shop = await stage.waiting('shop@prod');
    await stage.prove({
      says: 'shop@prod  the cluster has no namespace shop-prod yet',
      look: async () =>
        (await stage.server.get('/api/v1/namespaces/shop-prod')) === null ? 'none' : 'one',
      expected: 'none',
    });
    await stage.agree('shop@prod', shop.digest);
    await stage.proveShop('prod', shopVersions.first.tag);
    const web = await stage.waiting('web@prod');
    await stage.agree('web@prod', web.digest);
    await stage.proveReady('web@prod', { image: 'nginx:1.27', replicas: 2 });
  },
};
