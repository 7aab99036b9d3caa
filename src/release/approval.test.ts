import { expect, test } from 'vitest';
import { planOf, planSetOf, wanted } from '../../test/support/resources.ts';
import { approvalOf } from './approval.ts';

test('a yes is to this plan, its changes at every target, and holds for 72 hours', () => {
  const here = planOf([{ want: wanted('a') }, { want: wanted('b') }]);
  const there = planOf([{ want: wanted('a') }], { target: 'there', targetUid: 'machine-2' });
  const planSet = planSetOf(here, there);
  expect(approvalOf(planSet, 'ada', 1_000)).toEqual({
    digest: planSet.digest,
    changes: [...here.changes, ...there.changes].map(({ digest }) => digest),
    application: 'shop',
    environment: 'dev',
    by: 'ada',
    atMs: 1_000,
    expiresAtMs: 1_000 + 72 * 3_600_000,
  });
});
