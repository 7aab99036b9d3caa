import { copyState, emptyState } from '../run/controller.ts';
import { orderActivate } from '../operations/people.ts';
import { inventoryOf } from '../place/ledger.ts';
import { application, repository, thing } from './stage.ts';
import type { Scenario } from './stage.ts';

const many = 'abcdefgh'.split('').map((name) => thing(name));

/** Controllers that die, sleep, and meet others. */
export const controllers: readonly Scenario[] = [
  {
    name: 'who wakes up after another has taken over touches nothing more',
    model: repository([application('web', many)]),
    play: async (stage) => {
      const { first, world } = stage;
      await stage.until('the announcement', () => inventoryOf(stage.place(), 'web@dev') !== null);
      const process = first.machine?.process;
      if (process === undefined) throw new Error('it does not run');
      process.paused = true;
      const second = world.addController(copyState(first.state));
      world.repository.push(
        repository([
          application(
            'web',
            many.map((one) => ({ ...one, value: 'v2' })),
          ),
        ]),
      );
      second.start();
      await stage.until('the second announcement', () => {
        const inventory = inventoryOf(stage.place(), 'web@dev');
        return inventory !== null && inventory.epoch > 1;
      });
      process.paused = false;
      await stage.rest();
    },
  },
  {
    name: 'two controllers at different revisions do not undo each other for ever',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      const second = stage.world.addController(copyState(stage.first.state));
      second.start();
      await stage.rest();
      stage.world.faults.git.fetchFails = 1;
      stage.world.repository.push(repository([application('web', [thing('a', { value: 'v2' })])]));
      stage.world.faults.git.fetchFails = 0;
      void second.engine?.api.refresh({ source: null });
      await stage.rest(300_000);
    },
  },
  {
    name: 'a crash at any ledger write or effect loses nothing and doubles nothing',
    model: repository([application('web', many)]),
    play: async (stage) => {
      for (const point of [
        'before-ledger',
        'after-ledger',
        'before-effect',
        'after-effect',
      ] as const) {
        for (let after = 1; after <= 4; after += 1) {
          stage.first.crashAt(point, after);
          stage.set('web', 'a', { value: `${point}${after}` });
          stage.set('web', 'b', { value: `${point}${after}` });
          await stage.rest(5_000);
          stage.first.neverCrash();
          stage.first.start();
          await stage.rest();
          stage.expect(
            `all is live after a crash ${point} ${after}`,
            stage.isLive('dev/web/a', `${point}${after}`),
          );
        }
      }
    },
  },
  {
    name: 'a restored controller and a new installation wait until somebody confirms',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      const { first } = stage;
      await stage.rest();
      first.kill();
      first.state = { ...copyState(first.state), restored: true };
      first.start();
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest();
      stage.expect('it waits', stage.isLive('dev/web/a', 'v1'));
      first.kill();
      first.state = emptyState(stage.world.newInstallation());
      first.start();
      await stage.rest();
      stage.expect('it waits, too', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'a new installation that is confirmed finds what no configuration names any more',
    model: repository([application('web', [thing('a')]), application('api', [thing('a')])]),
    play: async (stage) => {
      const { first } = stage;
      await stage.rest();
      stage.world.repository.push(repository([application('api', [thing('a')])]));
      first.kill();
      first.state = emptyState(stage.world.newInstallation());
      first.start();
      await stage.rest();
      orderActivate(stage.world, first);
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('web is gone', stage.place().thing('dev/web/a') === null);
    },
  },
  {
    name: 'what watching misses is found by looking from scratch, more than once',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest(9 * 3_600_000);
      for (const value of ['one', 'two']) {
        stage.fault({ noticeLost: 1 });
        stage.meddle('dev/web/a', value);
        await stage.rest(7 * 3_600_000);
        stage.fault({ noticeLost: 0 });
        stage.expect(`${value} was healed`, stage.isLive('dev/web/a', 'v1'));
      }
    },
  },
  {
    name: 'a secret that is rotated without a commit is live after everything was looked at from scratch',
    model: repository([application('web', [thing('a', { secret: 'token' })])]),
    play: async (stage) => {
      await stage.rest();
      const { world } = stage;
      world.rotate('token');
      await stage.rest(7 * 3_600_000);
      const live = stage.place().thing('dev/web/a')?.spec.secret;
      stage.expect('it is the new one', live === world.secrets.get('token'));
    },
  },
  {
    name: 'drift is healed at once, also while something else is due later',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      stage.edit('web', (one) => ({ ...one, fault: 'syntax' }));
      await stage.rest();
      const key = { application: 'web', environment: 'dev' };
      const expiresAtMs = stage.first.clockMs + 3_600_000;
      void stage.first.engine?.api.rollback({
        ...key,
        to: stage.world.repository.commits[0]?.id ?? '',
        actor: 'ada',
        reason: 'go back',
        expiresAtMs,
        approve: null,
      });
      await stage.rest();
      stage.meddle('dev/web/a', 'theirs');
      await stage.rest(1_000);
      stage.expect('it is healed', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'drift is healed at once at every target',
    model: repository([application('web', [thing('a')], {}, ['prod'])], {
      targets: ['west', 'south'],
      sync: 'auto',
    }),
    play: async (stage) => {
      await stage.rest();
      for (const target of ['west', 'south']) {
        stage.meddle('prod/web/a', 'theirs', target);
        await stage.rest(1_000);
        stage.expect(`it is healed at ${target}`, stage.isLive('prod/web/a', 'v1', target));
      }
    },
  },
  {
    name: 'a controller that is asked to stop begins no further stage',
    model: repository([
      application(
        'web',
        many.map((one, at) => ({ ...one, wave: at })),
      ),
    ]),
    play: async (stage) => {
      stage.fault({ slowMs: 1_000 });
      await stage.until('the first effect', () => stage.place().things.length > 0);
      const { first } = stage;
      first.stop();
      await stage.rest(60_000);
      stage.expect('it has ended', !first.isRunning);
      stage.expect('most is not there', stage.place().things.length < 3);
      first.start();
    },
  },
];
