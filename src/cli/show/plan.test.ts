import { describe, expect, test } from 'vitest';
import type { Change, FieldDiff, Plan, PlanSet } from '../../model/plan.ts';
import { createStyle } from '../terminal/style.ts';
import { approveCommand, showPlan } from './plan.ts';

const style = createStyle(false);
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

function change(action: Change['action'], name: string, diff: readonly FieldDiff[] = []): Change {
  return {
    action,
    id: { group: 'host.fairlead.dev', kind: 'File', namespace: '', name },
    cause: 'changed in commit 1a2b3c4d',
    causeKind: 'source',
    wave: 0,
    rank: 0,
    locator: {},
    diff,
    uid: null,
    irreversible: action === 'run',
    digest,
  };
}

function planSet(changes: readonly Change[], over: Partial<Plan> = {}): PlanSet {
  const revision = [{ source: '', commit: '1a2b3c4d'.repeat(5), tree: 'f'.repeat(40) }];
  const counts = { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, run: 0, unchanged: 5 };
  for (const one of changes) counts[one.action] += 1;
  const base = { application: 'site', environment: 'dev', revision };
  const plan: Plan = {
    ...base,
    target: 'here',
    changes,
    counts,
    warnings: [],
    guards: [],
    desiredDigest: digest,
    digest,
    ...over,
  };
  return { ...base, plans: [plan], digest };
}

describe('a plan for people', () => {
  test('says what goes where, why, and how much of it there is', () => {
    const shown = showPlan(planSet([change('create', 'index'), change('delete', 'old')]), {
      style,
    });
    expect(shown).toBe(
      [
        'site@dev  Git → here  revision 1a2b3c4d',
        '  + create  File/index  changed in commit 1a2b3c4d',
        '  - delete  File/old    changed in commit 1a2b3c4d',
        '',
        'Plan: 1 to create, 0 to update, 1 to delete, 5 unchanged',
        `Digest: ${digest}`,
      ].join('\n'),
    );
  });

  test('without changes says so and has no digest to approve', () => {
    const shown = showPlan(planSet([]), { style });
    expect(shown).toContain('no changes');
    expect(shown).not.toContain('Digest');
  });

  test('shows fields with both values, and a secret never', () => {
    const sealed = (hmac: string) => ({ $sealed: { keyId: 'k1', hmac } });
    const shown = showPlan(
      planSet([
        change('update', 'web', [
          { path: 'env.PORT', from: '80', to: '8080' },
          { path: 'env.NEW', to: 'x' },
          { path: 'env.OLD', from: 'y' },
          { path: 'env.PASSWORD', from: sealed('aaa'), to: sealed('bbb') },
          { path: 'env.TOKEN', to: sealed('ccc') },
        ]),
      ]),
      { style },
    );
    expect(shown).toContain('env.PORT: "80" → "8080"');
    expect(shown).toContain('env.NEW: + "x"');
    expect(shown).toContain('env.OLD: - "y"');
    expect(shown).toContain('env.PASSWORD: the secret value changes');
    expect(shown).toContain('env.TOKEN: + "«secret»"');
    expect(shown).not.toMatch(/aaa|bbb|ccc/);
  });

  test('folds a long text difference after 40 lines unless it is to be whole', () => {
    const text = `@@ -1,60 +1,60 @@\n${Array.from({ length: 60 }, (_, line) => `+line ${line}`).join('\n')}\n`;
    const set = planSet([
      change('update', 'index', [{ path: 'content', from: 'a', to: 'b', text }]),
    ]);
    expect(showPlan(set, { style })).toContain('… 21 more lines (--full shows them)');
    expect(showPlan(set, { style })).not.toContain('+line 59');
    expect(showPlan(set, { style, full: true })).toContain('+line 59');
  });

  test('control characters from a repository do not reach the terminal', () => {
    const text = '@@ -1 +1 @@\n-a\n+\u001b]0;owned\u0007\n';
    const shown = showPlan(planSet([change('update', 'x', [{ path: 'content', text }])]), {
      style,
    });
    expect(shown).not.toContain('\u001b');
    expect(shown).toContain('␛]0;owned␇');
  });

  test('what needs a person is loud and names the exact command', () => {
    const guards = [
      { code: 'data-bearing', message: 'deletes what may hold data: Directory/db' } as const,
    ];
    const set = planSet([change('delete', 'db')], { guards });
    const shown = showPlan(set, { style });
    expect(shown).toContain('! A person has to agree to this plan:');
    expect(shown).toContain('deletes what may hold data: Directory/db');
    expect(shown).toContain('fairlead approve 0123456789ab');
    expect(approveCommand(set)).toBe('fairlead approve 0123456789ab');
  });

  test('what policy holds back says why', () => {
    const shown = showPlan(planSet([change('create', 'x')]), {
      style,
      waiting: 'prod is approved by hand',
    });
    expect(shown).toContain('prod is approved by hand');
  });

  test('what runs only after a failure stands at the end and is not counted', () => {
    const aftermath = { ...change('run', 'clean'), cause: 'runs only if this release fails' };
    const shown = showPlan(planSet([change('create', 'x')], { onFailure: [aftermath] }), { style });
    expect(shown).toContain('> run     File/clean  runs only if this release fails');
    expect(shown).toContain('Plan: 1 to create, 0 to update, 0 to delete, 5 unchanged');
  });

  test('what a person goes on without is shown as skipped, and counted as left out', () => {
    const left = { ...change('run', 'before'), irreversible: false, leftOut: true as const };
    const shown = showPlan(planSet([left, change('delete', 'x')]), { style });
    expect(shown).toContain('· skip    File/before');
    expect(shown).toContain('1 to delete, 1 left out, 5 unchanged');
    expect(shown).not.toContain('cannot be undone');
  });

  test('a change that cannot be undone says so', () => {
    expect(showPlan(planSet([change('run', 'migrate')]), { style })).toContain('cannot be undone');
  });
});

test('a plan of a worktree names the commit that it is on top of, not one that nobody can find', () => {
  const set = planSet([change('create', 'x')]);
  const revision = [{ source: '', commit: 'f'.repeat(40), tree: '', worktreeOn: 'a1'.repeat(20) }];
  const plans = set.plans.map((plan) => ({ ...plan, revision }));
  const shown = showPlan({ ...set, plans }, { style });
  expect(shown).toContain('worktree, on top of a1a1a1a1');
  expect(shown).not.toContain('ffffffff');
});

describe('a plan that was made without checks', () => {
  const sort = change('run', 'sort');

  test('says that its digest may be another one with them', () => {
    const unasked = { ...planSet([sort]), unasked: true as const };
    expect(showPlan(unasked, { style })).toMatch(/Digest: .*\nMade without checks: /);
    expect(showPlan(planSet([sort]), { style })).not.toContain('without checks');
  });

  test('names no command that agrees to it, for the controller has no such plan', () => {
    const guards = [{ code: 'last-workload', message: 'deletes the last' }] as const;
    const unasked = { ...planSet([sort], { guards }), unasked: true as const };
    const shown = showPlan(unasked, { style });
    expect(shown).toContain('A person has to agree');
    expect(shown).not.toContain('fairlead approve');
  });
});

test('a plan that was agreed to asks nobody', () => {
  const set = planSet([change('delete', 'x')]);
  const guards = [{ code: 'last-workload', message: 'deletes the last' }] as const;
  const plans = set.plans.map((plan) => ({ ...plan, guards }));
  const shown = showPlan({ ...set, plans }, { style, agreed: 'with --yes' });
  expect(shown).toContain('Agreed to with --yes:');
  expect(shown).toContain('deletes the last');
  expect(shown).not.toContain('fairlead approve');
});
