import type { Step } from '../../step.ts';
import { shopVersions } from '../fleet.ts';
import type { ClusterStage } from '../stage.ts';

export const rollback: Step<ClusterStage> = {
  title: 'prod goes back, and forward again',
  story:
    'Customers complain about version 2.1. prod goes back to what it ran before and stays there, whatever Git says, until somebody ends it. Everybody can see that.',
  run: async (stage) => {
    const { screen, api, actor } = stage;
    await stage.rollBack('shop@prod');
    await stage.proveShop('prod', shopVersions.first.tag);
    await stage.showApplications(stage.style);
    await stage.proveShop('dev', shopVersions.good.tag, ': dev goes on');
    screen.command('fairlead resume shop@prod');
    const { ended } = await api.resume({ ...stage.selectorOf('shop@prod'), actor });
    await stage.prove({
      says: 'the hold has ended',
      look: async () => ended?.kind ?? 'there was none',
      expected: 'revision',
    });
    const forward = await stage.waiting('shop@prod');
    await stage.agree('shop@prod', forward.digest);
    await stage.proveShop('prod', shopVersions.good.tag);
  },
};
