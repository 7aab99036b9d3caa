import { emptyState } from '../run/controller.ts';
import { orderActivate } from '../operations/people.ts';
import { application, repository, thing } from './stage.ts';
import type { Scenario } from './stage.ts';

/** Input that fails, for a while or until it is mended. */
export const input: readonly Scenario[] = [
  {
    name: 'a configuration that could not be read is read again without a commit',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.world.faults.git.treeFails = 1;
      stage.commit((model) => ({
        ...model,
        applications: [...model.applications, application('api', [thing('a')])],
      }));
      await stage.rest();
      stage.world.faults.git.treeFails = 0;
      await stage.rest(1_200_000);
      stage.expect('api is live', stage.isLive('dev/api/a', 'v1'));
    },
  },
  {
    name: 'a commit whose differences could not be read is not lost',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.world.faults.git.diffFails = 1;
      stage.set('web', 'a', { value: 'v2' });
      // Longer than from one poll to the next.
      await stage.rest(1_200_000);
      stage.world.faults.git.diffFails = 0;
      await stage.rest(1_200_000);
      stage.expect('v2 is live', stage.isLive('dev/web/a', 'v2'));
    },
  },
  {
    name: 'a broken document that was never understood removes nothing',
    model: repository([application('web', [thing('a')]), application('api', [thing('a')])]),
    mends: false,
    play: async (stage) => {
      const { first } = stage;
      await stage.rest();
      stage.commit((model) => ({
        ...model,
        configFault: { kind: 'document', application: 'web' },
      }));
      await stage.rest();
      first.kill();
      first.state = emptyState(stage.world.newInstallation());
      first.start();
      await stage.rest();
      orderActivate(stage.world, first);
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('web is there', stage.isLive('dev/web/a', 'v1'));
    },
  },
  ...(['syntax', 'missing'] as const).map((kind): Scenario => ({
    name: `a configuration with the fault "${kind}" removes nothing`,
    model: repository([
      application('web', [thing('a')], { onRemoval: 'delete' }),
      application('api', [thing('a')]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.commit((model) => ({ ...model, configFault: { kind } }));
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('web is there', stage.isLive('dev/web/a', 'v1'));
    },
  })),
  {
    name: 'a broken document keeps its application as it was',
    model: repository([
      application('web', [thing('a')], { onRemoval: 'delete' }),
      application('api', [thing('a')]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.commit((model) => ({
        ...model,
        configFault: { kind: 'document', application: 'web' },
      }));
      await stage.rest();
      stage.expect('web is there', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'what never works does not become the last good state by being tried again',
    model: repository([
      application('web', [
        thing('a', { kind: 'Worker', value: 'bad1' }),
        thing('b', { wave: 1 }),
        thing('c', { kind: 'Worker', wave: 2 }),
      ]),
    ]),
    mends: false,
    play: async (stage) => stage.rest(600_000),
  },
  {
    name: 'a failure that may pass is tried again by itself, more and more slowly',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      stage.fault({ effectFails: 1 });
      await stage.rest(600_000);
      stage.fault({ effectFails: 0 });
      await stage.rest(300_000);
      stage.expect('a is live', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'a restart in front of a broken configuration goes on with the last good one',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      const { first } = stage;
      await stage.rest();
      stage.commit((model) => ({ ...model, configFault: { kind: 'syntax' } }));
      await stage.rest();
      first.kill();
      first.start();
      await stage.rest();
      stage.meddle('dev/web/a', 'theirs');
      await stage.rest();
      stage.expect('drift is healed', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'Git that was away for hours is asked again, soon after it is back',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.world.faults.git.fetchFails = 1;
      await stage.rest(5 * 3_600_000);
      const tip = stage.world.repository.tip?.model;
      if (tip === undefined) throw new Error('nothing was committed');
      stage.world.repository.push({
        ...tip,
        applications: [application('web', [thing('a', { value: 'v2' })])],
      });
      stage.world.faults.git.fetchFails = 0;
      await stage.rest(1_200_000);
      stage.expect('v2 is live', stage.isLive('dev/web/a', 'v2'));
    },
  },
  {
    name: 'a state that failed is not tried again because another commit says the same',
    model: repository([application('web', [thing('a', { kind: 'Worker' })])]),
    mends: false,
    play: async (stage) => {
      await stage.rest();
      stage.edit('web', (one) => ({
        ...one,
        things: [thing('a', { kind: 'Worker', value: 'bad1' }), thing('b')],
      }));
      await stage.rest();
      stage.expect('v1 is back', stage.isLive('dev/web/a', 'v1'));
      const { effects } = stage.world.judge;
      stage.commit((model) => ({
        ...model,
        applications: [...model.applications, application('api', [])],
      }));
      stage.configure('web', { maxPrunePercent: 50 });
      await stage.rest();
      stage.expect('bad1 was not tried again', stage.world.judge.effects === effects);
    },
  },
  {
    name: 'a change that failed is not tried again before its time because somebody looks, and drift beside it is healed',
    model: repository([application('web', [thing('a')], { onFailure: 'stay' })]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ effectFails: 1 });
      stage.edit('web', (one) => ({ ...one, things: [thing('a'), thing('b')] }));
      await stage.rest(120_000);
      stage.fault({ effectFails: 0 });
      stage.meddle('dev/web/a', 'by hand');
      await stage.rest(500);
      stage.expect('a is healed', stage.isLive('dev/web/a', 'v1'));
      stage.expect('b was not tried again', stage.place().thing('dev/web/b') === null);
      await stage.rest(300_000);
      stage.expect('b was tried again in time', stage.isLive('dev/web/b', 'v1'));
    },
  },
  {
    name: 'a change that failed for good is not tried again because somebody looks, and drift beside it is healed',
    model: repository([application('web', [thing('a')], { retryLimit: 0, onFailure: 'stay' })]),
    mends: false,
    play: async (stage) => {
      await stage.rest();
      stage.fault({ denied: 1 });
      stage.edit('web', (one) => ({ ...one, things: [thing('a'), thing('b')] }));
      await stage.rest();
      stage.fault({ denied: 0 });
      stage.meddle('dev/web/a', 'by hand');
      await stage.rest();
      stage.expect('a is healed', stage.isLive('dev/web/a', 'v1'));
      stage.expect('b was not tried again', stage.place().thing('dev/web/b') === null);
      stage.restart();
      await stage.rest();
      stage.expect('nor because of a start', stage.place().thing('dev/web/b') === null);
      stage.set('web', 'b', { value: 'v2' });
      await stage.rest();
      stage.expect('a commit is a new chance', stage.isLive('dev/web/b', 'v2'));
    },
  },
  {
    name: 'what the own checks of an application never passed is not the last good state',
    model: repository([application('web', [thing('a')], { healthCheck: true })]),
    mends: false,
    play: async (stage) => {
      await stage.rest();
      stage.world.faults.failingChecks.set('web', stage.world.scheduler.nowMs);
      await stage.rest(1_000);
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest(300_000);
      stage.expect('v1 is back', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'two files that want one place are both refused',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      stage.edit('web', (one) => ({
        ...one,
        // A place where nothing is yet, so that nothing but the clash holds anybody up.
        things: [
          thing('a', { value: 'v2' }),
          thing('b'),
          thing('c', { at: 'x', value: 'v3' }),
          thing('d', { at: 'x', value: 'v4' }),
        ],
      }));
      await stage.rest();
      stage.expect('v1 is live', stage.isLive('dev/web/a', 'v1'));
      stage.lose('web', 'c', 'd');
    },
  },
];
