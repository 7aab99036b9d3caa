import { application, repository, thing } from './stage.ts';
import type { Scenario } from './stage.ts';

/** What is deleted, and what is not. */
export const deletes: readonly Scenario[] = [
  {
    name: 'what could not be looked at is not forgotten',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ readFails: 1 });
      stage.lose('web', 'b');
      await stage.rest(200);
      stage.fault({ readFails: 0 });
    },
  },
  {
    name: 'a delete that fails is tried again',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ effectFails: 1 });
      stage.lose('web', 'b');
      await stage.rest(500);
      stage.fault({ effectFails: 0 });
    },
  },
  {
    name: 'what was announced and never made is not deleted when somebody else made it',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      stage.first.crashAt('before-effect', 1);
      await stage.until('the crash', () => !stage.first.isRunning);
      for (const at of ['a', 'b']) {
        if (stage.place().thing(`dev/web/${at}`) === null) stage.meddle(`dev/web/${at}`, 'theirs');
      }
      stage.lose('web', 'b');
      stage.startFetched();
      await stage.rest();
    },
  },
  {
    name: 'what somebody changed since is not deleted unasked',
    model: repository([application('web', [thing('a'), thing('b')], { selfHeal: false })]),
    play: async (stage) => {
      await stage.rest();
      stage.meddle('dev/web/b', 'theirs');
      stage.lose('web', 'b');
      await stage.rest();
    },
  },
  {
    name: 'what somebody made anew is not deleted unasked because it moves',
    model: repository([application('web', [thing('a'), thing('b')], { selfHeal: false })]),
    identity: 'number',
    play: async (stage) => {
      await stage.rest();
      stage.meddle('dev/web/b', 'theirs', 'east', true);
      stage.set('web', 'b', { at: 'b2' });
      await stage.rest();
    },
  },
  {
    name: 'the third of fourteen needs a person, the second does not',
    model: repository([
      application(
        'web',
        'abcdefghijklmn'.split('').map((name) => thing(name)),
      ),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.lose('web', 'a', 'b');
      await stage.rest();
      stage.expect('two are gone', stage.place().thing('dev/web/a') === null);
      stage.lose('web', 'c', 'd', 'e');
      await stage.rest();
      stage.expect('three wait', stage.place().thing('dev/web/c') !== null);
    },
  },
  {
    name: 'three of five wait, whatever the share of the application says below that',
    model: repository([
      application(
        'web',
        'abcde'.split('').map((name) => thing(name)),
      ),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.lose('web', 'a', 'b', 'c');
      await stage.rest();
      stage.expect('all five are there', stage.place().thing('dev/web/a') !== null);
    },
  },
  {
    name: 'what says that it stays is kept, alone and with its application',
    model: repository([
      application('web', [thing('a'), thing('b', { prune: false })], { onRemoval: 'delete' }),
      application('api', [thing('a'), thing('b')], { prune: false }),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.lose('web', 'b');
      stage.lose('api', 'b');
      await stage.rest();
      stage.remove('web');
      await stage.rest();
      stage.expect(
        'both are kept',
        stage.isLive('dev/web/b', 'v1') && stage.isLive('dev/api/b', 'v1'),
      );
    },
  },
  {
    name: 'data and the last thing that runs need a person, others do not',
    model: repository([
      application('web', [thing('a'), thing('b'), thing('c', { kind: 'Worker' })]),
      application('api', [thing('a'), thing('b'), thing('c', { kind: 'Volume' })]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.lose('web', 'c');
      stage.lose('api', 'c');
      await stage.rest();
      stage.expect('both wait', stage.isLive('dev/web/c', 'v1') && stage.isLive('dev/api/c', 'v1'));
    },
  },
  {
    name: 'an application that is orphaned leaves everything running',
    model: repository([
      application('web', [thing('a')], { onRemoval: 'orphan' }),
      application('api', [thing('a')]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.remove('web');
      await stage.rest();
      stage.expect('it runs', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'an application that is orphaned while no controller runs leaves everything running, and nobody is asked',
    model: repository([
      application('web', [thing('a')], {}, ['dev', 'prod']),
      application('api', [thing('a')]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.approve();
      await stage.rest();
      // Nothing is released for it.
      stage.configure('web', { onRemoval: 'orphan' });
      await stage.rest();
      stage.first.kill();
      stage.remove('web');
      stage.startFetched();
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('it runs', stage.isLive('dev/web/a', 'v1'));
      stage.expect('it runs in prod', stage.isLive('prod/web/a', 'v1', 'west'));
      stage.expect('nothing of it is on record', stage.place().inventories.size === 1);
    },
  },
  {
    name: 'an application that is to be asked about again when it leaves is not orphaned for what it said before',
    model: repository([
      application('web', [thing('a')], { onRemoval: 'orphan' }),
      application('api', [thing('a')]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.configure('web', { onRemoval: 'confirm' });
      await stage.rest();
      stage.first.kill();
      stage.remove('web');
      stage.startFetched();
      await stage.rest();
      stage.expect('it is on record', stage.place().inventories.has('web@dev'));
      stage.approve();
      await stage.rest();
      stage.expect('it is gone', stage.place().thing('dev/web/a') === null);
    },
  },
  {
    name: 'what a crash left announced leaves the record with its application, however soon that leaves',
    model: repository([application('web', [thing('a')]), application('api', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.first.crashAt('before-effect', 1);
      stage.add('web', thing('b'));
      await stage.until('the crash', () => !stage.first.isRunning);
      stage.meddle('dev/web/a', null);
      stage.remove('web');
      stage.startFetched();
      await stage.rest(600_000);
      stage.approve();
      await stage.rest(600_000);
      stage.expect('it is not on record', !stage.place().inventories.has('web@dev'));
    },
  },
  {
    name: 'an application that leaves in the middle of a look is removed all the same',
    model: repository([application('web', [thing('a')]), application('api', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ slowMs: 2_000 });
      stage.first.engine?.trigger('web@dev', 'manual');
      await stage.rest(1_000);
      stage.remove('web');
      await stage.rest(100);
      stage.fault({ slowMs: 0 });
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect('it is gone', stage.place().thing('dev/web/a') === null);
    },
  },
  {
    name: 'an application that is emptied keeps what it has, and one that allows it loses it on a yes',
    model: repository([
      application('web', [thing('a')]),
      application('api', [thing('a')], { allowEmpty: true }),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.edit('web', (one) => ({ ...one, fault: 'empty' }));
      stage.edit('api', (one) => ({ ...one, fault: 'syntax' }));
      await stage.rest();
      stage.approve();
      await stage.rest();
      stage.expect(
        'both are there',
        stage.isLive('dev/web/a', 'v1') && stage.isLive('dev/api/a', 'v1'),
      );
    },
  },
];
