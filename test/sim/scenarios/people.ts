import { application, repository, thing } from './stage.ts';
import type { Scenario } from './stage.ts';

/** What people said, and what that covers. */
export const people: readonly Scenario[] = [
  {
    name: 'a yes to what could not be made is no yes to something else',
    model: repository([application('web', [thing('a')], {}, ['prod'])]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ effectFails: 1 }, 'west');
      stage.approve();
      await stage.rest(500);
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest(500);
      stage.fault({ effectFails: 0 }, 'west');
      await stage.rest();
      stage.expect('nobody agreed to v2', !stage.isLive('prod/web/a', 'v2', 'west'));
    },
  },
  {
    name: 'a yes to one value is no yes to another',
    model: repository([application('web', [thing('a')], {}, ['prod'])]),
    play: async (stage) => {
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest();
      stage.fault({ effectFails: 1 }, 'west');
      stage.approve();
      await stage.rest(500);
      stage.set('web', 'a', { value: 'v3' });
      await stage.rest(500);
      stage.fault({ effectFails: 0 }, 'west');
      await stage.rest();
      stage.expect('nobody agreed to v3', !stage.isLive('prod/web/a', 'v3', 'west'));
    },
  },
  {
    name: 'an application cannot loosen the policy of its environment',
    model: repository([application('web', [thing('a')], { sync: 'auto' }, ['prod'])]),
    play: async (stage) => {
      await stage.rest();
      stage.expect('it waits', stage.place('west').thing('prod/web/a') === null);
    },
  },
  {
    name: 'drift that comes with a change waits with it',
    model: repository([application('web', [thing('a'), thing('b')], {}, ['prod'])]),
    play: async (stage) => {
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.set('web', 'a', { value: 'v2' });
      stage.meddle('prod/web/b', 'theirs', 'west');
      await stage.rest();
      stage.expect('nobody agreed to v2', !stage.isLive('prod/web/a', 'v2', 'west'));
    },
  },
  {
    name: 'what is held stays as it is, and goes on when the hold ends',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      const key = { application: 'web', environment: 'dev' };
      const order = { ...key, actor: 'ada', reason: 'wait' };
      void stage.first.engine?.api.hold({ ...order, expiresAtMs: null });
      await stage.rest();
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest();
      stage.expect('it stays', stage.isLive('dev/web/a', 'v1'));
      const expiresAtMs = stage.first.clockMs + 5_000;
      void stage.first.engine?.api.hold({ ...order, expiresAtMs });
      await stage.rest();
      stage.expect('the hold has ended', stage.isLive('dev/web/a', 'v2'));
    },
  },
  {
    name: 'drift stays where self-healing is off',
    model: repository([application('web', [thing('a')], { selfHeal: false })]),
    play: async (stage) => {
      await stage.rest();
      stage.meddle('dev/web/a', 'theirs');
      await stage.rest();
      stage.expect('it stays', stage.isLive('dev/web/a', 'theirs'));
    },
  },
  {
    name: 'an application waits for what it depends on',
    model: repository([
      application('web', [thing('a')], { dependsOn: ['api'] }),
      application('api', [thing('a', { kind: 'Worker', value: 'slow1' })]),
    ]),
    play: async (stage) => {
      await stage.rest(1_000);
      stage.expect('web waits', stage.place().thing('dev/web/a') === null);
      await stage.rest();
      stage.expect('web follows', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'a yes is used up by the release that it allowed',
    model: repository([application('web', [thing('a')], {}, ['prod'])]),
    play: async (stage) => {
      for (const value of ['v2', 'v3', 'v2', 'v3']) {
        stage.set('web', 'a', { value });
        await stage.rest();
        stage.expect(`nobody agreed to ${value} yet`, !stage.isLive('prod/web/a', value, 'west'));
        stage.approve();
        await stage.rest();
        stage.expect(`${value} is live`, stage.isLive('prod/web/a', value, 'west'));
      }
    },
  },
  {
    name: 'a yes to a delete is no yes to the delete of what somebody made there since',
    model: repository([application('web', [thing('a'), thing('b')], {}, ['prod'])]),
    identity: 'number',
    play: async (stage) => {
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.lose('web', 'b');
      await stage.rest();
      stage.fault({ effectFails: 1 }, 'west');
      stage.approve();
      await stage.rest(500);
      stage.meddle('prod/web/b', 'theirs', 'west', true);
      stage.fault({ effectFails: 0 }, 'west');
      await stage.rest(300_000);
      stage.expect('theirs is there', stage.isLive('prod/web/b', 'theirs', 'west'));
    },
  },
  {
    name: 'a yes covers all targets of an application, and each of them is asked about',
    model: repository(
      [application('web', [thing('a'), thing('b'), thing('c', { kind: 'Volume' })], {}, ['prod'])],
      { targets: ['west', 'south'], sync: 'auto' },
    ),
    play: async (stage) => {
      await stage.rest();
      // At one of them, the volume is gone already: there is nothing to ask about there.
      stage.fault({ noticeLost: 1 }, 'west');
      stage.meddle('prod/web/c', null, 'west');
      stage.lose('web', 'c');
      await stage.rest();
      stage.expect('the volume is there', stage.isLive('prod/web/c', 'v1', 'south'));
    },
  },
  {
    name: 'a rollback goes back in what the document of the application said, too, and drift is healed to that',
    model: repository([
      application('web', [thing('a', { value: '${word}' })], {
        substitute: { values: { word: 'v1' } },
      }),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.expect('it is filled in', stage.isLive('dev/web/a', 'v1'));
      const first = stage.world.repository.tip?.id ?? '';
      stage.edit('web', (one) => ({
        ...one,
        settings: { ...one.settings, substitute: { values: { word: 'v2' } } },
      }));
      await stage.rest();
      stage.expect('it follows its document', stage.isLive('dev/web/a', 'v2'));
      void stage.first.engine?.api.rollback({
        application: 'web',
        environment: 'dev',
        to: first,
        actor: 'ada',
        reason: 'v2 is bad',
        approve: null,
        expiresAtMs: null,
      });
      await stage.rest();
      stage.expect('it is as it was', stage.isLive('dev/web/a', 'v1'));
      stage.meddle('dev/web/a', 'by hand');
      await stage.rest();
      stage.expect('it is healed to that', stage.isLive('dev/web/a', 'v1'));
      void stage.first.engine?.api.resume({
        application: 'web',
        environment: 'dev',
        actor: 'ada',
      });
      await stage.rest();
      stage.expect('it goes on', stage.isLive('dev/web/a', 'v2'));
    },
  },
  {
    name: 'a rollback stays until it is undone, whatever is committed',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest();
      const order = { actor: 'ada', reason: 'go back', expiresAtMs: null, approve: null };
      void stage.first.engine?.api.rollback({
        application: 'web',
        environment: 'dev',
        to: null,
        ...order,
      });
      await stage.rest();
      stage.expect('v1 is live', stage.isLive('dev/web/a', 'v1'));
      stage.set('web', 'a', { value: 'v3' });
      await stage.rest();
      stage.expect('v1 is still live', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'what leaves goes before what it stands on',
    model: repository([
      application('web', [thing('a')], { dependsOn: ['api'], onRemoval: 'confirm' }),
      application('api', [thing('a')], { onRemoval: 'delete' }),
      application('job', [thing('a')]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.commit((model) => ({
        ...model,
        applications: model.applications.filter(({ name }) => name === 'job'),
      }));
      await stage.rest();
      stage.expect('api waits for web', stage.isLive('dev/api/a', 'v1'));
      stage.approve();
      await stage.rest();
      stage.expect('both have left', stage.place().things.length === 1);
    },
  },
  {
    name: 'an application of a later wave waits for one that comes new before it',
    model: repository([application('web', [thing('a')], { wave: 1 })]),
    play: async (stage) => {
      await stage.rest();
      stage.commit((model) => ({
        ...model,
        applications: [
          ...model.applications.map((one) => ({ ...one, things: [thing('a'), thing('b')] })),
          application('api', [thing('a', { kind: 'Worker', value: 'slow1' })]),
        ],
      }));
      await stage.rest(1_000);
      stage.expect('web waits', stage.place().thing('dev/web/b') === null);
      await stage.rest();
      stage.expect('web follows', stage.isLive('dev/web/b', 'v1'));
    },
  },
  {
    name: 'a yes to one target is no yes to what has changed at another',
    model: repository([application('web', [thing('a'), thing('b')], {}, ['prod'])], {
      targets: ['west', 'south'],
    }),
    identity: 'number',
    play: async (stage) => {
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.lose('web', 'b');
      await stage.rest();
      for (const target of ['west', 'south']) stage.fault({ effectFails: 1 }, target);
      stage.approve();
      await stage.rest(500);
      stage.meddle('prod/web/b', 'theirs', 'south', true);
      for (const target of ['west', 'south']) stage.fault({ effectFails: 0 }, target);
      await stage.rest(300_000);
      stage.expect('theirs is there', stage.isLive('prod/web/b', 'theirs', 'south'));
    },
  },
  {
    name: 'a hold that is ended is ended at every target',
    model: repository([application('web', [thing('a')], {}, ['prod'])], {
      targets: ['west', 'south'],
      sync: 'auto',
    }),
    play: async (stage) => {
      await stage.rest();
      const order = { application: 'web', environment: 'prod', actor: 'ada', reason: 'wait' };
      void stage.first.engine?.api.hold({ ...order, expiresAtMs: null });
      await stage.rest();
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest();
      void stage.first.engine?.api.resume(order);
      await stage.rest();
      for (const target of ['west', 'south'])
        stage.expect(`v2 is live at ${target}`, stage.isLive('prod/web/a', 'v2', target));
    },
  },
];
