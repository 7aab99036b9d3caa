import { expect, test } from 'vitest';
import { planOf, planSetOf, wanted, type Situation } from '../../test/support/resources.ts';
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

test('a yes to what goes before something is run is one to the run, and not the other way round', () => {
  const traits = { workload: false, dataBearing: false, irreversible: true };
  const occasion = { moment: 'release', words: 'Hook', member: 'runsFor' } as const;
  const want = wanted('migrate', {}, { occasion, traits });
  const inTheWay = { uid: 'one', words: 'left by a hook of Argo CD' };
  const blocked: Situation = { want, see: { kind: 'absent', inTheWay } };
  const [whole, free] = [[blocked], [{ want }]].map((one) => planSetOf(planOf(one)));
  const digestOf = (one = whole) => one?.plans[0]?.changes[0]?.digest;
  expect(approvalOf(whole!, 'ada', 0).changes).toEqual([digestOf(whole), digestOf(free)]);
  expect(approvalOf(free!, 'ada', 0).changes).toEqual([digestOf(free)]);
});
