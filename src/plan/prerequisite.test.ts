import { expect, test } from 'vitest';
import { absent, planOf, planSetOf, recorded, wanted } from '../../test/support/resources.ts';
import type { Observation, ResourceId } from '../model/resource.ts';
import { approvalOf } from '../release/approval.ts';

const space: ResourceId = { group: '', kind: 'Namespace', namespace: '', name: 'shop' };
const see: Observation = { kind: 'absent', needs: { id: space, why: 'not there' } };
const [one, two] = [wanted('one'), wanted('two')];

test('what the target makes by itself is named once, and is part of what is agreed to', () => {
  const plan = planOf([
    { want: one, see },
    { want: two, see },
  ]);
  expect(plan.prerequisites).toMatchObject([{ id: space, cause: 'not there' }]);
  const without = planOf([
    { want: one, see: absent },
    { want: two, see: absent },
  ]);
  expect(without).not.toHaveProperty('prerequisites');
  expect(without.changes).toEqual(plan.changes);
  expect(without.digest).not.toBe(plan.digest);
  // A yes to all of it holds where it is there by now; a yes to the rest is none to it.
  const digest = plan.prerequisites?.[0]?.digest;
  expect(approvalOf(planSetOf(plan), 'ada', 0).changes).toContain(digest);
  expect(approvalOf(planSetOf(without), 'ada', 0).changes).not.toContain(digest);
});

test('what the source itself has before it is left to that', () => {
  const own = { ...wanted('shop', {}, { rank: -1 }), id: space };
  const plan = planOf([
    { want: own, know: recorded(own), see: absent },
    { want: one, see },
  ]);
  expect(plan).not.toHaveProperty('prerequisites');
});
