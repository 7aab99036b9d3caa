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
];
