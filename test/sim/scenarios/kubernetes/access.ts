import { application, clusterRepository, thing } from '../stage.ts';
import type { Scenario, Stage } from '../stage.ts';

const a = 'ConfigMap/dev-web/a';

/** `web` is of a project that acts under a name of its own, `api` of none. */
const ofTeam = clusterRepository([
  application('web', [thing('a'), thing('b')], { project: 'team' }),
  application('api', [thing('a')]),
]);

/** The controller, which does not run, starts with what it finds in its repository; a person agrees to what it deletes. */
async function goesAfterRestart(stage: Stage): Promise<void> {
  stage.startFetched();
  await stage.rest(60_000);
  stage.approve();
  await stage.rest(60_000);
  stage.expect('it is gone', stage.place().thing(a) === null);
}

/** Under whose name what is done. */
export const access: readonly Scenario[] = [
  {
    name: 'a cluster: an application acts under the name of its project, and does nothing that this may not',
    model: ofTeam,
    play: async (stage) => {
      await stage.rest();
      stage.expect('it is live', stage.isLive(a, 'v1'));
      stage.cluster().revoke();
      stage.set('web', 'a', { value: 'v2' });
      stage.set('api', 'a', { value: 'v2' });
      stage.meddle('ConfigMap/dev-web/b', null);
      await stage.rest(60_000);
      stage.expect('nothing was changed for it', stage.isLive(a, 'v1'));
      stage.expect('nothing was made for it', stage.place().thing('ConfigMap/dev-web/b') === null);
      stage.expect('others go on', stage.isLive('ConfigMap/dev-api/a', 'v2'));
      stage.cluster().grant();
      await stage.rest(300_000);
      stage.expect('it goes on', stage.isLive(a, 'v2'));
    },
  },
  {
    name: 'a cluster: who changes the project acts under the new name from then on, also after a restart',
    model: clusterRepository([application('web', [thing('a'), thing('b')], { project: 'team' })]),
    play: async (stage) => {
      await stage.rest();
      for (const [round, project] of [null, 'team', null].entries()) {
        stage.configure('web', { project });
        await stage.rest();
        // Until no commit is near that said otherwise.
        for (const value of ['1', '2', '3', '4', 'x']) {
          stage.set('web', 'a', { value: `v${round}${value}` });
          await stage.rest(5_000);
        }
        stage.meddle(a, 'theirs');
        await stage.rest();
        stage.restart();
        stage.meddle(a, 'theirs again');
        await stage.rest();
        stage.expect('it is as wished', stage.isLive(a, `v${round}x`));
      }
    },
  },
  {
    name: 'a cluster: what a commit says goes live with the project that it names, whenever it is looked at',
    model: clusterRepository([application('web', [thing('a')], { project: 'team' })]),
    play: async (stage) => {
      await stage.rest();
      for (let ticks = 0; ticks < 60; ticks += 5) {
        const project = ticks % 2 === 0 ? null : 'team';
        const value = `v-${ticks}`;
        stage.restart();
        for (let left = ticks; left > 0; left -= 1) await stage.world.tick();
        stage.edit('web', (one) => ({
          ...one,
          things: [thing('a', { value })],
          settings: { ...one.settings, project },
        }));
        await stage.rest();
        stage.expect('it is as the commit says', stage.isLive(a, value));
      }
    },
  },
  {
    name: 'a cluster: who leaves an environment acts under the name of its project also after a restart',
    model: clusterRepository([
      application('web', [thing('a'), thing('b')], { project: 'team' }, ['dev', 'prod']),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.first.kill();
      stage.edit('web', (one) => ({ ...one, environments: ['prod'] }));
      await goesAfterRestart(stage);
    },
  },
  {
    name: 'a cluster: who leaves the configuration acts under the name of its project also after a restart',
    model: clusterRepository([
      application('web', [thing('a'), thing('b')]),
      application('api', [thing('a')]),
    ]),
    play: async (stage) => {
      await stage.rest();
      // Nothing is released for it.
      stage.configure('web', { project: 'team' });
      await stage.rest();
      // Until no commit is near that said otherwise.
      for (const value of ['v2', 'v3', 'v4', 'v5']) {
        stage.set('api', 'a', { value });
        await stage.rest(5_000);
      }
      stage.first.kill();
      stage.remove('web');
      await goesAfterRestart(stage);
    },
  },
  {
    name: 'a cluster: who leaves together with the project acts under its name, also after a restart',
    model: ofTeam,
    play: async (stage) => {
      await stage.rest();
      stage.first.kill();
      stage.commit((model) => ({
        ...model,
        withoutProjects: true,
        applications: model.applications.filter(({ name }) => name !== 'web'),
      }));
      await goesAfterRestart(stage);
    },
  },
];
