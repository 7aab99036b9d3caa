import { describe, expect, test } from 'vitest';
import {
  changeOf,
  found,
  inventoryOf,
  planOf,
  policy,
  recorded,
  tryPlan,
  wanted,
  type Situation,
} from '../../test/support/resources.ts';
import type { Desired, Moment, Observation } from '../model/resource.ts';
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

  test('is left out where a person goes on without it: before all deletes, by a plan of its own', () => {
    const plan = (withoutRuns: boolean) =>
      planOf(
        [after, before, live].map(({ know, see }) => ({ know, see })),
        {
          policy: { ...policy, removal: 'delete' },
          runs: [after.want!, before.want!],
          withoutRuns,
        },
      );
    const without = plan(true);
    expect(without.changes.map(({ action, id, leftOut }) => [action, id.name, leftOut])).toEqual([
      ['run', 'after', true],
      ['run', 'before', true],
      ['delete', 'web', undefined],
    ]);
    expect(without.guards).toEqual([
      {
        code: 'hooks-left-out',
        message: 'goes on without what was to run at the removal: File/after, File/before',
      },
    ]);
    // Neither yes is one to the other.
    const digests = (one: typeof without) => one.changes.map(({ digest }) => digest);
    const agreed = new Set(digests(plan(false)));
    expect(digests(without).filter((digest) => agreed.has(digest))).toHaveLength(1);
    expect(plan(false).guards).toEqual([]);
  });

  test('that something has taken its name is no matter where it is left out', () => {
    const refused = {
      code: 'kubernetes.hook-name-taken',
      class: 'input' as const,
      message: 'it is no hook',
      hint: 'Delete it.',
      retryable: true,
    };
    const inTheWay = { uid: 'one', words: 'which is no hook', refused };
    const situation = { know: before.know, see: found(before.want!, { uid: 'not-run', inTheWay }) };
    const removal = { policy: { ...policy, removal: 'delete' as const }, runs: [before.want!] };
    expect(tryPlan([situation], removal)).toMatchObject({ ok: false });
    const [change] = planOf([situation], { ...removal, withoutRuns: true }).changes;
    expect(change).toMatchObject({ leftOut: true });
    expect(change).not.toHaveProperty('displaces');
  });

  test('is not run where the application is left as it is', () => {
    const plan = planOf(
      [before, live].map(({ know, see }) => ({ know, see })),
      { policy: { ...policy, removal: 'orphan' }, runs: [before.want!] },
    );
    expect(plan.changes).toEqual([]);
  });
});

describe('what somebody else has left under the name of what is run', () => {
  const words = 'left by a hook of Argo CD';
  const refused = {
    code: 'kubernetes.hook-name-taken',
    class: 'input' as const,
    message: 'it is no hook',
    hint: 'Delete it.',
    retryable: true,
  };
  const { want } = hook('migrate', 'release');
  const due = (uid?: string): Situation => ({
    want,
    see: { kind: 'absent', ...(uid !== undefined && { inTheWay: { uid, words } }) },
  });

  test('goes before it, and a person says so: to that very thing', () => {
    const plan = planOf([due('one')]);
    expect(plan.changes).toMatchObject([{ action: 'run', displaces: { uid: 'one', words } }]);
    expect(plan.changes[0]?.cause).toMatch(
      /^Hook, runs with commit \w+; what is there under its name, left by a hook of Argo CD, is deleted first$/,
    );
    expect(plan.guards).toEqual([
      {
        code: 'not-made-here',
        message: `File/migrate is already there, ${words}; it would be deleted before the hook runs`,
      },
    ]);
    expect(plan.digest).not.toBe(planOf([due('two')]).digest);
    expect(plan.digest).not.toBe(planOf([due()]).digest);
  });

  test('stays where it may not go, and no plan is made', () => {
    const see: Observation = { kind: 'absent', inTheWay: { uid: 'one', words, refused } };
    expect(tryPlan([{ want, see }])).toMatchObject({
      ok: false,
      error: { code: refused.code, retryable: true },
    });
  });

  test('is a warning for what runs only if a release fails', () => {
    const clean = hook('clean', 'failure');
    const see = found(clean.want!, { uid: 'not-run', inTheWay: { uid: 'one', words, refused } });
    const plan = planOf([{ ...clean, see }, changed]);
    expect(plan.warnings).toEqual([
      `File/clean is already there, ${words}: the Hook does not run as long as it is; delete it if nobody needs it`,
    ]);
    expect(plan.guards).toEqual([]);
    expect(plan.onFailure).toMatchObject([{ action: 'run' }]);
    expect(plan.onFailure?.[0]).not.toHaveProperty('displaces');
  });

  test('is asked for before what is run at a removal', () => {
    const before = hook('before', 'before-removal');
    const see = found(before.want!, { uid: 'not-run', inTheWay: { uid: 'one', words } });
    const plan = planOf([{ know: before.know, see }], {
      policy: { ...policy, removal: 'delete' },
      runs: [before.want!],
    });
    expect(plan.changes).toMatchObject([{ displaces: { uid: 'one' } }]);
    expect(plan.guards).toMatchObject([{ code: 'not-made-here' }]);
  });
});
