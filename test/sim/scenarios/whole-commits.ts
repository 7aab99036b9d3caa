import type { ApplicationSettings, ThingModel } from '../git/model.ts';
import { application, repository, thing } from './stage.ts';
import type { Scenario, Stage } from './stage.ts';

/** Half of a value stands in the manifest, half of it in the Application's document: what the n-th commit says. */
function said(n: number): [readonly ThingModel[], Pick<ApplicationSettings, 'substitute'>] {
  const things = [thing('a', { value: `v${n}-\${word}` })];
  return [things, { substitute: { values: { word: `w${n}` } } }];
}

function withWorker(value: string, worker = 'v1'): readonly ThingModel[] {
  return [thing('a', { value }), thing('b', { kind: 'Worker', value: worker })];
}

function expectSaid(stage: Stage, n: number): void {
  stage.expect('it is as the commit says', stage.isLive('dev/web/a', `v${n}-w${n}`));
}

/** Who starts looks at everything, and may see a commit before it has read the configuration of it. */
async function startAndGoOn(stage: Stage, ticks: number): Promise<void> {
  stage.restart();
  for (let left = ticks; left > 0; left -= 1) await stage.world.tick();
}

/** A commit that changes both the document of an application and its manifests. */
export const wholeCommits: readonly Scenario[] = [
  {
    name: 'a commit that changes both a document and manifests is released as a whole, whenever it is looked at',
    model: repository([application('web', ...said(0))]),
    play: async (stage) => {
      await stage.rest();
      for (let ticks = 0; ticks < 24; ticks += 1) {
        await startAndGoOn(stage, ticks);
        const [things, settings] = said(ticks);
        stage.edit('web', (one) => ({
          ...one,
          things,
          settings: { ...one.settings, ...settings },
        }));
        await stage.rest();
        expectSaid(stage, ticks);
      }
    },
  },
  {
    name: 'a commit whose configuration cannot be read for now is not released with an earlier one',
    model: repository([application('web', ...said(0))]),
    play: async (stage) => {
      await stage.rest();
      for (let round = 0; round < 12; round += 1) {
        stage.world.faults.git.treeFails = 0.4;
        const [things, settings] = said(round);
        stage.edit('web', (one) => ({
          ...one,
          things,
          settings: { ...one.settings, ...settings },
        }));
        await stage.rest(120_000);
        stage.world.faults.git.treeFails = 0;
        await stage.rest(1_200_000);
        expectSaid(stage, round);
      }
    },
  },
  {
    name: 'a commit that has its environment ask a person is not released without one, whenever it is looked at',
    model: repository([application('web', [thing('a')], {}, ['prod'])], { sync: 'auto' }),
    play: async (stage) => {
      await stage.rest();
      const sync = (policy: 'auto' | 'manual', value: string): void =>
        stage.commit((model) => ({
          ...model,
          environments: model.environments.map((one) => ({ ...one, sync: policy })),
          applications: [application('web', [thing('a', { value })], {}, ['prod'])],
        }));
      for (let ticks = 0; ticks < 24; ticks += 1) {
        await startAndGoOn(stage, ticks);
        sync('manual', 'unasked');
        await stage.rest();
        stage.expect('nobody was asked', !stage.isLive('prod/web/a', 'unasked', 'west'));
        sync('auto', `v${ticks}`);
        await stage.rest();
        stage.expect('it goes on', stage.isLive('prod/web/a', `v${ticks}`, 'west'));
      }
    },
  },
  {
    name: 'a commit that has an application ask a person, in a document with a mistake, is not released without one',
    model: repository([application('web', [thing('a')]), application('api', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      const commit = (sync: 'manual' | null, value: string, isBroken: boolean): void =>
        stage.commit((model) => ({
          ...model,
          configFault: isBroken ? { kind: 'document', application: 'web' } : null,
          applications: ['web', 'api'].map((name) =>
            application(name, [thing('a', { value })], { sync: name === 'web' ? sync : null }),
          ),
        }));
      for (let ticks = 0; ticks < 24; ticks += 1) {
        await startAndGoOn(stage, ticks);
        commit('manual', `unasked${ticks}`, true);
        await stage.rest();
        stage.expect('nobody was asked', !stage.isLive('dev/web/a', `unasked${ticks}`));
        stage.expect('the other goes on', stage.isLive('dev/api/a', `unasked${ticks}`));
        stage.meddle('dev/web/a', 'theirs');
        await stage.rest();
        stage.expect('drift is healed', !stage.isLive('dev/web/a', 'theirs'));
        commit(null, `v${ticks}`, false);
        await stage.rest();
        stage.expect('it goes on', stage.isLive('dev/web/a', `v${ticks}`));
      }
    },
  },
  {
    name: 'a commit that renames and changes document and manifests is released as a whole, whenever it is looked at',
    model: repository([application('web', ...said(0))]),
    play: async (stage) => {
      await stage.rest();
      for (let ticks = 0; ticks < 24; ticks += 1) {
        const [name, former] = ticks % 2 === 0 ? ['web-x', 'web'] : ['web', 'web-x'];
        // What it is called next is nowhere named before.
        stage.configure(former, { previousNames: [] });
        await stage.rest();
        await startAndGoOn(stage, ticks);
        const [things, settings] = said(ticks);
        stage.edit(former, (one) => ({
          ...one,
          name,
          things,
          settings: { ...one.settings, previousNames: [former], ...settings },
        }));
        await stage.rest();
        expectSaid(stage, ticks);
      }
    },
  },
  {
    name: 'where the last good commit had a mistake in the document, the state of then is gone back to',
    model: repository([application('web', withWorker('v1'))]),
    play: async (stage) => {
      await stage.rest();
      stage.commit((model) => ({
        ...model,
        configFault: { kind: 'document', application: 'web' },
        applications: [application('web', withWorker('v2'))],
      }));
      await stage.rest();
      const before = stage.place().thing('dev/web/a')?.spec.value;
      stage.expect('it is there', before === 'v2');
      stage.commit((model) => ({
        ...model,
        configFault: null,
        applications: [application('web', withWorker('v3', 'bad1'), { variant: '-next' })],
      }));
      await stage.rest(600_000);
      stage.expect('it is as before', before !== undefined && stage.isLive('dev/web/a', before));
    },
  },
];
