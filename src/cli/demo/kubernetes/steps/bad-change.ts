import type { Step } from '../../step.ts';
import { shopFiles, shopVersions } from '../fleet.ts';
import type { ClusterStage } from '../stage.ts';

export const badChange: Step<ClusterStage> = {
  title: 'A bad change comes back by itself',
  story:
    'Version 2.0 crashes when it starts (kwok, which plays the pods, is told so by a label). It is given 20 seconds; then dev goes back to what worked, and the commit is remembered as bad.',
  run: async (stage) => {
    const { screen } = stage;
    const prodBefore = await stage.deployment('shop-prod', 'shop');
    const after = await stage.now();
    const began = performance.now();
    const commit = await stage.commit('Shop 2.0: sell cake', shopFiles(shopVersions.bad));
    const failed = await stage.released('shop@dev', after);
    screen.say(failed.error?.message ?? 'It did not fail.');
    const reverted = await stage.released('shop@dev', failed.seq);
    await stage.proveShop('dev', shopVersions.first.tag, ', as before');
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    await stage.prove({
      says: `shop@dev  the first release ended as reverted, ${seconds} s after the commit`,
      look: async () => `${(await stage.api.release(failed.id)).outcome}, then ${reverted.trigger}`,
      expected: 'reverted, then revert',
    });
    const tried = await stage.releases('shop@dev');
    await stage.api.refresh({ source: null });
    await stage.api.sync({
      ...stage.selectorOf('shop@dev'),
      actor: stage.actor,
      reason: 'is it tried again?',
      approve: null,
      retryQuarantined: false,
    });
    await stage.prove({
      says: `shop@dev  commit ${commit.slice(0, 8)} is remembered and not tried again`,
      look: async () =>
        `${await stage.releases('shop@dev')} releases, ${(await stage.view('shop@dev')).error?.code}`,
      expected: `${tried} releases, release.quarantined`,
    });
    await stage.watch({
      says: 'prod waits with the bad plan',
      look: async () => (stage.badDigest = (await stage.view('shop@prod')).waiting?.digest ?? ''),
      expected: /^sha256:/,
    });
    await stage.prove({
      says: 'shop@prod  untouched: the Deployment is the same, to its resourceVersion',
      look: async () =>
        (await stage.deployment('shop-prod', 'shop')).metadata.resourceVersion as string,
      expected: prodBefore.metadata.resourceVersion as string,
    });
  },
};
