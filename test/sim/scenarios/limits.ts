import { application, repository, thing } from './stage.ts';
import type { Scenario } from './stage.ts';

const thirty = Array.from({ length: 30 }, (_, at) => thing(`t${at}`));
const most = thirty.slice(0, 26).map(({ name }) => name);

/** What takes too long, happens too often, or is too much at once. */
export const limits: readonly Scenario[] = [
  {
    name: 'what one commit deletes is counted over all applications, before the first of them deletes',
    model: repository(
      [
        application('web', thirty, { maxPrunePercent: 100 }),
        application('api', thirty, { maxPrunePercent: 100 }, ['prod']),
      ],
      { sync: 'auto' },
    ),
    play: async (stage) => {
      await stage.rest();
      // One is planned long before the other.
      stage.fault({ slowMs: 2_000 }, 'west');
      stage.commit((model) => ({
        ...model,
        applications: model.applications.map((one) => ({
          ...one,
          things: one.things.filter(({ name }) => !most.includes(name)),
        })),
      }));
      await stage.rest(300_000);
      const left = (): number =>
        stage.place('east').things.length + stage.place('west').things.length;
      stage.expect('nothing is deleted unasked', left() === 60);
      stage.fault({ slowMs: 0 }, 'west');
      stage.approve();
      await stage.rest();
      stage.expect('a yes lets it go', left() === 8);
    },
  },
  {
    name: 'a delete does not wait for an application that is no more',
    // One at a time, so that it is forgotten before it was looked at.
    concurrency: 1,
    model: repository(
      [
        application('job', [thing('a')], {}, ['prod']),
        application('web', [thing('a')], {}, ['prod']),
        application('api', [thing('a'), thing('b')]),
      ],
      { sync: 'auto' },
    ),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ slowMs: 5_000 }, 'west');
      stage.commit((model) => ({
        ...model,
        applications: model.applications.map((one) =>
          one.name === 'api'
            ? { ...one, things: [thing('a')] }
            : { ...one, things: [thing('a', { value: 'v2' })] },
        ),
      }));
      await stage.rest(1_000);
      stage.rename('web', 'web-x');
      await stage.rest(120_000);
      stage.fault({ slowMs: 0 }, 'west');
      await stage.rest(120_000);
      stage.expect('b is gone', stage.place().thing('dev/api/b') === null);
    },
  },
  {
    name: 'an effect that never answers ends at its limit, and is tried again',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      stage.fault({ hangs: 1 });
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest(90_000);
      stage.fault({ hangs: 0 });
      await stage.rest(300_000);
      stage.expect('v2 is live', stage.isLive('dev/web/a', 'v2'));
      stage.fault({ hangs: 1 });
      stage.lose('web', 'b');
      await stage.rest(90_000);
      stage.fault({ hangs: 0 });
      await stage.rest(300_000);
      stage.expect('b is gone', stage.place().thing('dev/web/b') === null);
    },
  },
  {
    name: 'healing is no fight: what somebody keeps changing back is healed five times an hour at most',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      let heals = 0;
      for (let left = 55; left > 0; left -= 1) {
        stage.meddle('dev/web/a', `theirs${left}`);
        await stage.rest(60_000);
        if (stage.isLive('dev/web/a', 'v1')) heals += 1;
      }
      stage.expect(`${heals} heals are three at once and a few more`, heals >= 4 && heals <= 8);
    },
  },
  {
    name: 'what never worked does not become good because somebody fights over it',
    model: repository([
      application('web', [thing('a'), thing('w', { kind: 'Worker', value: 'bad1' })]),
    ]),
    play: async (stage) => {
      await stage.rest();
      stage.meddle('dev/web/w', 'theirs');
      for (let round = 0; round < 3; round += 1) {
        await stage.until('healing', () => stage.isLive('dev/web/w', 'bad1'));
        await stage.rest(5_000);
        stage.meddle('dev/web/w', 'theirs');
      }
      await stage.rest(5_000);
      stage.expect('the fight is left alone', stage.isLive('dev/web/w', 'theirs'));
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest(5_000);
      stage.expect('the rest is live', stage.isLive('dev/web/a', 'v2'));
      stage.expect('it is still left alone', stage.isLive('dev/web/w', 'theirs'));
    },
  },
  {
    name: 'a commit goes live at once while somebody fights over another field of its application',
    model: repository([application('web', [thing('a'), thing('b')])]),
    play: async (stage) => {
      await stage.rest();
      for (let round = 0; round < 5; round += 1) {
        stage.meddle('dev/web/a', `theirs${round}`);
        await stage.rest(30_000);
      }
      stage.expect('the fight is left alone', !stage.isLive('dev/web/a', 'v1'));
      stage.set('web', 'b', { value: 'v2' });
      await stage.rest(120_000);
      stage.expect('the commit is live', stage.isLive('dev/web/b', 'v2'));
      stage.expect('the fight is still left alone', !stage.isLive('dev/web/a', 'v1'));
      await stage.rest(900_000);
      stage.expect('its healing comes later', stage.isLive('dev/web/a', 'v1'));
    },
  },
  {
    name: 'what cannot be recorded is not begun',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.world.faults.store.writeFails = 1;
      stage.set('web', 'a', { value: 'v2' });
      await stage.rest();
      stage.expect('v1 is live', stage.isLive('dev/web/a', 'v1'));
      stage.world.faults.store.writeFails = 0;
      await stage.rest(300_000);
      stage.expect('v2 is live', stage.isLive('dev/web/a', 'v2'));
      const commit = stage.world.repository.tip?.id ?? '';
      stage.expect(
        'what happened meanwhile is told',
        stage.first.state.store.events.some(
          (text) => text.includes('"source.updated"') && text.includes(commit),
        ),
      );
    },
  },
  {
    name: 'what stands on others is not touched before them, also when some of them fail',
    model: repository([
      application('web', [thing('a'), thing('b'), thing('c', { kind: 'Volume' })]),
    ]),
    play: async (stage) => {
      await stage.rest();
      for (let round = 2; round < 12; round += 1) {
        stage.fault({ effectFails: 0.5 });
        stage.edit('web', (one) => ({
          ...one,
          things: one.things.map((item) => ({ ...item, value: `v${round}` })),
        }));
        await stage.rest(200);
        stage.fault({ effectFails: 0 });
        await stage.rest(60_000);
      }
    },
  },
  {
    name: 'the end of a release that could not be recorded is recorded later',
    model: repository([application('web', [thing('a')])]),
    play: async (stage) => {
      await stage.rest();
      stage.set('web', 'a', { value: 'v2' });
      await stage.until('v2', () => stage.isLive('dev/web/a', 'v2'));
      stage.world.faults.store.writeFails = 1;
      await stage.rest();
      stage.world.faults.store.writeFails = 0;
    },
  },
];
