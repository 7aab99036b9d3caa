import type { Step } from '../../step.ts';
import { emptiedBase, shopVersions } from '../fleet.ts';
import type { ClusterStage } from '../stage.ts';

const names = ['shop@dev', 'shop@prod'] as const;

export const tooMuch: Step<ClusterStage> = {
  title: 'A commit that deletes too much is stopped',
  story:
    'A clean-up of the base takes the Deployment and the Service along. Deletes like these wait for a person even in dev, where everything else goes live by itself.',
  run: async (stage) => {
    const { screen } = stage;
    const counts = (): Promise<readonly number[]> =>
      Promise.all(names.map((name) => stage.releases(name)));
    const before = await counts();
    await stage.commit('Clean up', emptiedBase);
    await stage.waiting('shop@dev');
    await stage.proveShop('dev', shopVersions.good.tag, ', still');
    await stage.proveShop('prod', shopVersions.good.tag, ', still');
    await screen.pause('take the commit back');
    await stage.revert();
    for (const name of names) await stage.atRest(name);
    await stage.prove({
      says: 'dev and prod are in sync again; nothing was deleted, nothing was released',
      look: async () => (await counts()).join(),
      expected: before.join(),
    });
  },
};
