import { inventoryOf } from '../place/ledger.ts';
import { copyState } from '../run/controller.ts';
import { application, repository, thing } from './stage.ts';
import type { Scenario } from './stage.ts';

const two = { targets: ['west', 'south'], sync: 'auto' } as const;

/** Names that change, of applications and of what they own. */
export const names: readonly Scenario[] = [
  {
    name: 'a resource that is renamed where it stands is not deleted',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      stage.set('web', 'b', { name: 'bn' });
      await stage.rest();
      stage.expect('b is there', stage.isLive('dev/web/b', 'v1'));
    },
  },
  {
    name: 'a resource that becomes another one where it stands stays on record until it has',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ effectFails: 1 });
      stage.set('web', 'b', { kind: 'Task', value: 'v2' });
      await stage.rest(5_000);
      stage.expect('it is as it was', stage.isLive('dev/web/b', 'v1'));
      stage.lose('web', 'b');
      stage.fault({ effectFails: 0 });
      await stage.rest();
      stage.expect('it is gone', stage.place().thing('dev/web/b') === null);
    },
  },
  {
    name: 'an application that is renamed while its target leaves takes everything along',
    model: repository([application('web', [thing('a')], { onRemoval: 'delete' }, ['prod'])], two),
    play: async (stage) => {
      await stage.rest();
      stage.first.kill();
      stage.commit((model) => ({
        ...model,
        environments: model.environments.map((one) =>
          one.name === 'prod' ? { ...one, targets: ['west'] } : one,
        ),
        applications: model.applications.map((one) => ({
          ...one,
          name: 'web-x',
          settings: { ...one.settings, previousNames: ['web'] },
        })),
      }));
      stage.startFetched();
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('south is empty', stage.place('south').things.length === 0);
    },
  },
  {
    name: 'an application that is renamed in the middle of a release ends as one',
    model: repository([application('web', [thing('a'), thing('b')], {}, ['prod'])], two),
    play: async (stage) => {
      await stage.until('the first effect', () => stage.place('west').things.length > 0);
      stage.rename('web', 'web-x');
      await stage.rest();
      stage.meddle('prod/web/a', 'theirs', 'south');
      await stage.rest();
      stage.expect('it is healed', stage.isLive('prod/web/a', 'v1', 'south'));
    },
  },
  {
    name: 'an application that is renamed keeps what it owns',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      const before = stage.place().thing('dev/web/a')?.serial;
      stage.rename('web', 'web-x');
      await stage.rest();
      // Nothing may be asked for either: a yes to taking the former name away would be one to an outage.
      stage.approve();
      await stage.rest();
      stage.expect('it is the same', stage.place().thing('dev/web/a')?.serial === before);
    },
  },
  {
    name: 'an application that is renamed loses nothing while somebody is asked, whatever it says of its removal',
    model: repository([application('web', [thing('a')], { onRemoval: 'delete' }, ['prod'])]),
    play: async (stage) => {
      await stage.rest();
      stage.approve();
      await stage.rest();
      const before = stage.place('west').thing('prod/web/a')?.serial;
      stage.expect('it is live', before !== undefined);
      stage.rename('web', 'web-x', { things: [thing('a', { value: 'v2' })] });
      await stage.rest();
      const live = stage.place('west').thing('prod/web/a');
      stage.expect('it is as it was', live?.serial === before && live?.spec.value === 'v1');
    },
  },
  {
    name: 'who goes on under a former name keeps what it has recorded there, whenever it does',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      const { first, world } = stage;
      await stage.rest();
      const second = world.addController(copyState(first.state));
      second.start();
      await stage.rest();
      const asleep = second.machine!.process;
      asleep.paused = true;
      // Under the new name nothing is wanted that the one who sleeps wants, so that it can make that once more.
      world.repository.push(
        repository([
          { ...application('web-x', [thing('c')], { previousNames: ['web'] }), folder: 'web' },
        ]),
      );
      void first.engine?.api.refresh({ source: null });
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('a is gone', stage.place().thing('dev/web/a') === null);
      stage.expect('c is there', stage.isLive('dev/web/c', 'v1'));
      world.faults.git.fetchFails = 1;
      for (let ticks = 0; ticks < 20; ticks += 1) {
        // It may come at any turn of a look that finds nothing more to do.
        const awake = first.machine!.process;
        stage.meddle('dev/web/c', `by hand ${ticks}`);
        await stage.until('healing', () => stage.isLive('dev/web/c', 'v1'));
        for (let left = ticks; left > 0; left -= 1) await world.tick();
        awake.paused = true;
        asleep.paused = false;
        await stage.until(
          'what was made under the former name',
          () =>
            inventoryOf(stage.place(), 'web@dev')?.entries.some(({ uid }) => uid !== null) === true,
        );
        asleep.paused = true;
        awake.paused = false;
        await stage.rest();
        stage.approve();
        await stage.rest();
      }
      world.faults.git.fetchFails = 0;
      asleep.paused = false;
    },
  },
  {
    name: 'a hold stays with an application that is renamed, over a restart and until somebody ends it',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.hold('web');
      await stage.rest();
      stage.rename('web', 'web-x');
      await stage.rest();
      stage.set('web-x', 'a', { value: 'v2' });
      await stage.rest();
      stage.expect('it stays', stage.isLive('dev/web/a', 'v1'));
      stage.restart();
      await stage.rest();
      stage.meddle('dev/web/a', 'theirs');
      await stage.rest();
      stage.expect('it is left alone', stage.isLive('dev/web/a', 'theirs'));
      stage.resume('web-x');
      await stage.rest();
      stage.expect('it goes on', stage.isLive('dev/web/a', 'v2'));
    },
  },
  {
    name: 'a commit that renames an application that is on hold, and changes it, touches nothing',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.hold('web');
      await stage.rest();
      stage.rename('web', 'web-x', { things: [thing('a', { value: 'v2' })] });
      await stage.rest();
      stage.expect('it stays', stage.isLive('dev/web/a', 'v1'));
      stage.resume('web-x');
      await stage.rest();
      stage.expect('it goes on', stage.isLive('dev/web/a', 'v2'));
      stage.expect('nothing is on hold', stage.place().holds.size === 0);
    },
  },
  {
    name: 'what an application is held at stays when it is renamed, and when its record goes over to the new name',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      const first = stage.world.repository.tip?.id ?? '';
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest();
      const order = { application: 'web', environment: 'dev', actor: 'ada' };
      const back = { to: first, reason: 'v2 is bad', approve: null, expiresAtMs: null };
      void stage.first.engine?.api.rollback({ ...order, ...back });
      await stage.rest();
      stage.rename('web', 'web-x');
      await stage.rest();
      stage.meddle('dev/web/a', 'theirs');
      await stage.rest();
      stage.expect('it is healed to that', stage.isLive('dev/web/a', 'v1'));
      stage.expect('it has its new name', inventoryOf(stage.place(), 'web@dev') === null);
      stage.first.kill();
      // Nobody tells of the former name any more.
      stage.configure('web-x', { previousNames: [] });
      stage.first.start();
      await stage.rest();
      stage.expect('it is held at that', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'an application whose renaming is taken back after a release that failed keeps what it has',
    model: repository([application('web', [thing('a')], { onRemoval: 'delete' })]),
    play: async (stage) => {
      await stage.rest();
      const before = stage.place().thing('dev/web/a')?.serial;
      const bad = thing('b', { kind: 'Worker', value: 'bad' });
      stage.rename('web', 'web-x', { things: [thing('a'), bad] });
      await stage.until('what fails', () => stage.isLive('dev/web/b', 'bad'));
      await stage.rest(1_000);
      stage.edit('web-x', (one) => ({
        ...one,
        name: 'web',
        things: [thing('a')],
        settings: { ...one.settings, previousNames: [] },
      }));
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('it is the same', stage.place().thing('dev/web/a')?.serial === before);
      stage.expect('what failed is gone', stage.place().thing('dev/web/b') === null);
    },
  },
];
