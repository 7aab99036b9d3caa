import { describe, expect, test } from 'vitest';
import { found, planOf, policy, recorded, wanted } from '../../test/support/resources.ts';
import type { LiveMarks } from '../model/resource.ts';
import type { PlanPolicy } from './policy.ts';

const item = wanted('data');
const kept = wanted('kept');
const leaving = (marks: LiveMarks, parts: Partial<PlanPolicy> = {}) =>
  planOf(
    [
      { want: kept, know: recorded(kept), see: found(kept) },
      { know: recorded(item), see: found(item, { marks }) },
    ],
    { policy: { ...policy, maxPrunePercent: 100, ...parts } },
  );

describe('a mark that somebody put on it by hand', () => {
  test('keeps what is no longer in the source, and the plan says what keeps it', () => {
    const plan = leaving({ kept: 'helm.sh/resource-policy: keep' });
    expect(plan.changes).toEqual([]);
    expect(plan.warnings).toEqual([
      'File/data is no longer in the source; it stays because it has helm.sh/resource-policy: keep where it is; take that off to let it go',
    ]);
  });

  test('gives it up where its application is removed', () => {
    const plan = planOf([{ know: recorded(item), see: found(item, { marks: { kept: 'x' } }) }], {
      policy: { ...policy, removal: 'delete' },
    });
    expect([plan.changes, plan.warnings]).toEqual([
      [],
      ['File/data stays, and is no longer managed'],
    ]);
  });

  test('asks for a person before it is deleted, and never takes back what the source asked for', () => {
    const plan = leaving({ deletion: { asks: ['prune'] } });
    expect(plan.counts.delete).toBe(1);
    expect(plan.guards.map(({ code }) => code)).toEqual(['asks-first']);
    const own = recorded(item, { deletion: { asks: ['removal'], keptOnRemoval: true } });
    const gone = planOf(
      [{ know: own, see: found(item, { marks: { deletion: { asks: ['prune'] } } }) }],
      { policy: { ...policy, removal: 'delete' } },
    );
    expect(gone.changes).toEqual([]);
  });
});
