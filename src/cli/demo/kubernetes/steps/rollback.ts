import { showTable } from '../../../output.ts';
import { applicationView } from '../../../show/views.ts';
import type { Step } from '../../step.ts';
import { shopVersions } from '../fleet.ts';
import type { ClusterStage } from '../stage.ts';

export const rollback: Step<ClusterStage> = {
  title: 'prod goes back, and forward again',
  story:
    'Customers complain about version 2.1. prod goes back to what it ran before and stays there, whatever Git says, until somebody ends it. Everybody can see that.',
  run: async (stage) => {
    const { screen, api, actor } = stage;
    const shop = stage.selectorOf('shop@prod');
    const history = await api.releases({ ...shop, limit: 100 });
    const first = history.findLast((one) => one.outcome === 'succeeded');
    const commit = first?.revision[0]?.commit;
    if (first === undefined || commit === undefined) throw new Error('prod has no first release');
    screen.command(`fairlead rollback shop@prod --to ${first.id} --reason 'complaints'`);
    const plan = await api.plan({ ...shop, revision: commit });
    screen.plan(plan);
    await screen.pause('go back');
    const outcome = await api.rollback({
      ...shop,
      to: first.id,
      actor,
      reason: 'complaints',
      expiresAtMs: null,
      approve: plan.digest,
    });
    await stage.prove({
      says: 'shop@prod  the rollback is a release like any other, with the plan that was shown',
      look: async () =>
        outcome.kind === 'released'
          ? `${outcome.release.outcome} ${outcome.release.trigger} ${outcome.release.plan.digest}`
          : `${outcome.kind}: ${outcome.message}`,
      expected: `succeeded rollback ${plan.digest}`,
    });
    await stage.proveShop('prod', shopVersions.first.tag);
    await api.refresh({ source: null });
    screen.command('fairlead get');
    screen.block(
      showTable(applicationView(Date.now()), await api.applications(), {
        wide: false,
        style: stage.style,
        width: 80,
      }),
    );
    await stage.proveShop('dev', shopVersions.good.tag, ': dev goes on');
    screen.command('fairlead resume shop@prod');
    const { ended } = await api.resume({ ...shop, actor });
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
