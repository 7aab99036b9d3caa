import type { Step } from '../../step.ts';
import { shopFiles, shopVersions } from '../fleet.ts';
import type { ClusterStage } from '../stage.ts';

export const toProd: Step<ClusterStage> = {
  title: 'A good change goes to dev and to prod',
  story:
    'Version 2.1 does not crash. For prod it is another plan, with another digest: a yes to the one before is worth nothing any more. What you reviewed is what runs.',
  run: async (stage) => {
    const { screen } = stage;
    const after = await stage.now();
    const began = performance.now();
    await stage.commit('Shop 2.1: sell cake', shopFiles(shopVersions.good));
    await stage.released('shop@dev', after);
    await stage.proveShop('dev', shopVersions.good.tag);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    screen.proof(`shop@dev  live and healthy ${seconds} s after the commit`);
    const plan = await stage.waiting('shop@prod', stage.badDigest);
    await stage.proveBadRefused();
    await stage.agree('shop@prod', plan.digest);
    await stage.proveShop('prod', shopVersions.good.tag);
  },
};
