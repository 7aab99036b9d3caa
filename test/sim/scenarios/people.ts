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
];
