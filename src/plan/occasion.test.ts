import { describe, expect, test } from 'vitest';
import {
  changeOf,
  found,
  inventoryOf,
  planOf,
  policy,
  recorded,
  wanted,
  type Situation,
} from '../../test/support/resources.ts';
import type { Desired, Moment } from '../model/resource.ts';
import { sha256 } from '../system/hasher.ts';
import { desiredDigest } from './digest.ts';

/** What is run at some moment, as its target sees it while that is not now. */
function hook(name: string, moment: Moment, parts: Partial<Desired> = {}): Situation {
  const traits = { workload: false, dataBearing: false, irreversible: true };
  const want = wanted(
    name,
    {},
    { occasion: { moment, words: 'Hook', member: 'runsFor' }, traits, ...parts },
  );
  return { want, know: recorded(want, { uid: 'not-run' }), see: found(want, { uid: 'not-run' }) };
}

const web = wanted('web');
const live: Situation = { want: web, know: recorded(web), see: found(web) };
const changed: Situation = {
  want: wanted('web', { content: 'two' }),
  know: recorded(web),
  see: found(web),
};

describe('what is run when a release fails', () => {
  const clean = hook('clean', 'failure');
  const all = (one: Situation) => {
    const verified = desiredDigest(sha256, [one.want!, clean.want!]);
    const inventory = inventoryOf([one.know!, clean.know!], { verified });
    return planOf([one, clean], { inventory });
  };

  test('is part of a plan that releases something, and of what its digest covers', () => {
    const plan = all(changed);
    expect(plan.onFailure).toMatchObject([
      { action: 'run', moment: 'failure', cause: 'Hook, runs only if this release fails' },
    ]);
    expect(plan.counts).toMatchObject({ update: 1, run: 0 });
    expect(plan.digest).not.toBe(planOf([changed]).digest);
  });

  test('is none of one that only heals, and of an empty one', () => {
    const drifted = { ...live, see: found(web, { fields: { content: 'by hand' } }) };
    expect(all(drifted)).not.toHaveProperty('onFailure');
    expect(all(live)).toMatchObject({ changes: [] });
    expect(all(live)).not.toHaveProperty('onFailure');
  });

  test('is part of one that verifies what nobody saw end', () => {
    expect(planOf([live, clean])).toMatchObject({ changes: [], onFailure: [{ action: 'run' }] });
  });
});

describe('what is run when the application is removed', () => {
  const before = hook('before', 'before-removal');
  const after = hook('after', 'after-removal');
  const leaving = (runs: readonly Situation[], situations: readonly Situation[]) =>
    planOf(
      [...runs, ...situations].map(({ know, see }) => ({ know, see })),
      {
        policy: { ...policy, removal: 'confirm' },
        runs: runs.map(({ want }) => want!),
      },
    );

  test('shows what is otherwise in it when it changes, but not what it runs for', () => {
    const { want, see } = hook('before', 'before-removal', {
      fields: { image: 'b', runsFor: '2' },
    });
    const know = recorded(hook('before', 'before-removal').want!, {
      fields: { image: 'a', runsFor: '1' },
    });
    expect(changeOf({ want, see, know })).toMatchObject({
      action: 'adopt',
      diff: [{ path: 'image', from: 'a', to: 'b' }],
    });
  });

  test('is only recorded by a release', () => {
    const { want, see } = before;
    expect(changeOf({ want, see })).toMatchObject({
      action: 'adopt',
      cause: 'Hook, kept for when the application is removed',
      causeKind: 'source',
    });
    expect(planOf([before, live]).changes).toEqual([]);
  });

  test('comes before and after what is deleted', () => {
    const plan = leaving([after, before], [live]);
    expect(plan.changes.map(({ action, id, moment }) => [action, id.name, moment])).toEqual([
      ['run', 'before', 'before-removal'],
      ['delete', 'web', undefined],
      ['run', 'after', 'after-removal'],
    ]);
    expect(plan.guards.map(({ code }) => code)).toEqual(['application-removed']);
  });

  test('needs a person also where nothing is left to delete', () => {
    expect(leaving([after], []).guards).toMatchObject([
      { code: 'application-removed', message: expect.stringContaining('File/after') },
    ]);
  });

  test('keeps its digest when it has run, so that a yes still covers what is left', () => {
    const ran = { ...before, know: recorded(before.want!, { uid: 'made' }) };
    const [first] = leaving([ran], [live]).changes;
    expect(first).toMatchObject({ action: 'run', uid: 'made' });
    expect(first?.digest).toBe(leaving([before], [live]).changes[0]?.digest);
  });

  test('is not run where the application is left as it is', () => {
    const plan = planOf(
      [before, live].map(({ know, see }) => ({ know, see })),
      { policy: { ...policy, removal: 'orphan' }, runs: [before.want!] },
    );
    expect(plan.changes).toEqual([]);
  });
});
