import { hookManifest } from '../../cluster/things.ts';
import { textAt } from '../../cluster/value.ts';
import { orderSync } from '../../operations/people.ts';
import { application, clusterRepository, run, thing } from '../stage.ts';
import type { Scenario, Stage } from '../stage.ts';

const [a, b] = ['ConfigMap/dev-web/a', 'ConfigMap/dev-web/b'];
const hook = 'Job/dev-web/migrate';

const web = clusterRepository([application('web', [thing('a'), thing('b')])]);
const withHook = (...parts: readonly Parameters<typeof run>[1][]) =>
  clusterRepository([
    {
      ...application('web', [thing('a'), thing('b')], { onRemoval: 'delete' }),
      runs: parts.map((part, at) => run(at === 0 ? 'migrate' : `migrate-${at}`, part)),
    },
  ]);

function uidOf(stage: Stage): string {
  const object = stage.cluster().object(hook);
  return object === null ? '' : textAt(object, 'metadata', 'uid');
}

/** How many Jobs there have been. */
const jobsOf = (stage: Stage): number => stage.cluster().jobs.size;

/** `web` leaves; somebody else is there, so that this is no empty configuration. */
function leave(stage: Stage): void {
  stage.commit((model) => ({ ...model, applications: [application('api', [thing('a')])] }));
}

/** The next release of `web` fails, and nothing is gone back to. */
function breakForGood(stage: Stage): void {
  stage.edit('web', (one) => ({
    ...one,
    settings: { ...one.settings, onFailure: 'stay' },
    things: [...one.things, thing('c', { kind: 'Worker', value: 'bad1' })],
  }));
}

/** What is run at a cluster beside what is kept up, and what hangs on it. */
export const hooks: readonly Scenario[] = [
  {
    name: 'a cluster: a hook that fails ends the release, and nothing is deleted',
    model: web,
    play: async (stage) => {
      await stage.rest();
      stage.runs('web', run('migrate', { value: 'bad1' }));
      stage.lose('web', 'b');
      await stage.rest(60_000);
      stage.expect('it has run', jobsOf(stage) > 0);
      stage.expect('nothing is gone', stage.isLive(a, 'v1') && stage.isLive(b, 'v1'));
    },
  },
  {
    name: 'a cluster: a hook that was begun is waited for by the controller that comes after a crash',
    model: web,
    play: async (stage) => {
      await stage.rest();
      stage.runs('web', run('migrate', { value: 'slow1', deletion: 'HookSucceeded' }));
      await stage.until('the hook', () => uidOf(stage) !== '');
      stage.first.kill();
      await stage.rest(1_000);
      stage.first.start();
      await stage.rest(120_000);
      stage.expect('it has run once', jobsOf(stage) === 1);
      stage.expect('it is gone', uidOf(stage) === '');
    },
  },
  {
    name: "a cluster: another tool's hook goes before one of its name runs, and not before a person has agreed",
    model: web,
    play: async (stage) => {
      await stage.rest();
      const kind = stage.cluster().cluster.kindOf('batch', 'Job');
      if (kind === null) throw new Error('there are no Jobs');
      const manifest = hookManifest(hook, { ...run('migrate'), value: 'theirs' });
      stage.cluster().make('dev-web', kind, manifest);
      await stage.rest();
      const theirs = uidOf(stage);
      stage.runs('web', run('migrate'));
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest(60_000);
      stage.expect('it is there', theirs !== '' && uidOf(stage) === theirs);
      stage.expect('nothing has begun', stage.isLive(a, 'v1'));
      stage.approve();
      await stage.rest(60_000);
      stage.expect('another one has run', uidOf(stage) !== theirs && jobsOf(stage) === 2);
      stage.expect('the release is through', stage.isLive(a, 'v2'));
    },
  },
  {
    name: 'a cluster: a delete hook that fails keeps what is there until a person goes on without it',
    model: withHook({ phase: 'PreDelete', value: 'bad1' }, { phase: 'PostDelete' }),
    play: async (stage) => {
      await stage.rest();
      leave(stage);
      await stage.rest(120_000);
      stage.expect('it has run', jobsOf(stage) > 0);
      stage.expect('nothing is gone', stage.isLive(a, 'v1') && stage.isLive(b, 'v1'));
    },
  },
  {
    name: 'a cluster: delete hooks run around the deletion, once each',
    model: withHook({ phase: 'PreDelete', value: 'slow1' }, { phase: 'PostDelete' }),
    play: async (stage) => {
      await stage.rest();
      leave(stage);
      await stage.until('the hook', () => uidOf(stage) !== '');
      stage.expect('nothing is gone', stage.isLive(a, 'v1'));
      stage.restart();
      await stage.rest(60_000);
      // Who comes after knows of no `onRemoval`.
      stage.approve();
      await stage.rest(120_000);
      stage.expect('both have run', jobsOf(stage) === 2);
      stage.expect('all is gone', stage.place().thing(a) === null);
    },
  },
  {
    name: 'a cluster: what is run when a release fails does not run for one that was put on hold',
    model: withHook({ phase: 'SyncFail' }),
    play: async (stage) => {
      await stage.rest();
      stage.edit('web', (one) => ({
        ...one,
        things: [
          thing('c', { kind: 'Worker', value: 'slow1' }),
          ...one.things,
          thing('d', { wave: 1 }),
        ],
      }));
      const at = 'Deployment/dev-web/c';
      await stage.until('the first wave', () => stage.place().thing(at) !== null);
      const key = { application: 'web', environment: 'dev' };
      const hold = { key, kind: 'freeze', revision: null, reason: 'wait', by: 'eve' } as const;
      stage.place().setHold(key, { ...hold, atMs: 0, expiresAtMs: null }, null);
      await stage.rest(120_000);
      stage.expect('it went no further', !stage.isLive('ConfigMap/dev-web/d', 'v1'));
      stage.expect('nothing has run', jobsOf(stage) === 0);
    },
  },
  {
    name: 'a cluster: what is run when a release fails runs once for what stays broken, and again when a person tries',
    model: withHook({ phase: 'SyncFail' }),
    mends: false,
    play: async (stage) => {
      await stage.rest();
      breakForGood(stage);
      await stage.rest(3_600_000);
      stage.expect('it has run once', jobsOf(stage) === 1);
      const runtime = stage.first.engine?.applications.get('web@dev');
      const options = { agree: false, retryQuarantined: true };
      if (runtime !== undefined) orderSync(stage.world, stage.first, runtime, options);
      await stage.rest(3_600_000);
      stage.expect('it has run once more', jobsOf(stage) === 2);
    },
  },
  {
    name: 'a cluster: what has run for a failed release does not run again for it after a restart, and does for another one',
    model: withHook({ phase: 'SyncFail' }),
    mends: false,
    play: async (stage) => {
      await stage.rest();
      breakForGood(stage);
      await stage.rest(600_000);
      stage.expect('it has run once', jobsOf(stage) === 1);
      stage.restart();
      await stage.rest(3_600_000);
      stage.expect('it has not run again', jobsOf(stage) === 1);
      stage.set('web', 'c', { value: 'bad2' });
      await stage.rest(600_000);
      stage.expect('it has run once for the other one', jobsOf(stage) === 2);
    },
  },
  {
    name: 'a cluster: a hook runs once more when what was gone back from is released again',
    model: withHook({ phase: 'PostDelete' }),
    play: async (stage) => {
      await stage.rest();
      stage.edit('web', (one) => ({
        ...one,
        things: [thing('a', { value: 'v2' }), thing('b')],
        runs: [run('migrate', { phase: 'PostSync', deletion: 'HookSucceeded' })],
      }));
      await stage.until('the hook', () => uidOf(stage) !== '');
      // It ends well, and cannot be taken away.
      stage.fault({ denied: 1 });
      const error = () => stage.first.engine?.applications.get('web@dev')?.status.error ?? null;
      await stage.until('the failure', () => error() !== null);
      stage.fault({ denied: 0 });
      await stage.rest(60_000);
      stage.expect('it was gone back', stage.isLive(a, 'v1'));
      stage.expect('it has run once', jobsOf(stage) === 1);
      // What a person is asked for at the end lets it go on.
    },
  },
];
