import type { Stage } from '../stage.ts';
import type { Step } from '../step.ts';
import type { Style } from '../../terminal/style.ts';

/** @param style of the list of applications that it shows */
export function rollback(style: Style): Step<Stage> {
  return {
    title: 'prod goes back',
    story:
      'Customers complain about version 2. prod goes back to what it ran before and stays there, whatever Git says, until somebody ends it. Everybody can see that.',
    run: async (stage) => {
      const { versions } = stage;
      const commit = await stage.rollBack('prod');
      await stage.provePage('prod', versions.first);
      await stage.showApplications(style);
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
