import { showTable } from '../../output.ts';
import { applicationView } from '../../show/views.ts';
import { application } from '../shop.ts';
import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import type { Style } from '../../terminal/style.ts';

export function rollback(style: Style): Step<Stage> {
  return {
    title: 'prod goes back',
    story:
      'Customers complain about version 2. prod goes back to what it ran before and stays there, whatever Git says, until somebody ends it. Everybody can see that.',
    run: async (stage) => {
      const { screen, api, actor, versions } = stage;
      const history = await api.releases({ application, environment: 'prod', limit: 100 });
      const first = history.findLast((one) => one.outcome === 'succeeded');
      const commit = first?.revision[0]?.commit;
      if (first === undefined || commit === undefined) throw new Error('prod has no first release');
      screen.command(`fairlead rollback shop@prod --to ${first.id} --reason 'complaints'`);
      const plan = await api.plan({ application, environment: 'prod', revision: commit });
      screen.plan(plan);
      await screen.pause('go back');
      const outcome = await api.rollback({
        application,
        environment: 'prod',
        to: first.id,
        actor,
        reason: 'complaints',
        expiresAtMs: null,
        approve: plan.digest,
      });
      await stage.prove({
        says: 'prod  the rollback is a release like any other, with the plan that was shown',
        look: async () =>
          outcome.kind === 'released'
            ? `${outcome.release.outcome} ${outcome.release.trigger} ${outcome.release.plan.digest}`
            : `${outcome.kind}: ${outcome.message}`,
        expected: `succeeded rollback ${plan.digest}`,
      });
      await stage.provePage('prod', versions.first);
      await api.refresh({ source: null });
      screen.command('fairlead get');
      const nowMs = Date.now();
      screen.block(
        showTable(applicationView(nowMs), await api.applications(), {
          wide: false,
          style,
          width: 80,
        }),
      );
      await stage.prove({
        says: 'prod  is shown as held until undone; dev goes on with version 2',
        look: async () =>
          `${(await stage.view('prod')).message}; dev ${(await stage.offer('dev')).version}`,
        expected: new RegExp(
          `^held at ${commit.slice(0, 8)} .*complaints; dev ${versions.good.name}$`,
        ),
      });
    },
  };
}
