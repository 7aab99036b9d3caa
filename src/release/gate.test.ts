import { describe, expect, test } from 'vitest';
import {
  found,
  plainTraits,
  planOf,
  planSetOf,
  policy,
  recorded,
  wanted,
  type Situation,
} from '../../test/support/resources.ts';
import type { SyncPolicy } from '../model/config.ts';
import type { Hold } from '../model/inventory.ts';
import { shortDigest } from '../model/digest.ts';
import type { PlanSet } from '../model/plan.ts';
import { approvalOf } from './approval.ts';
import { isHealing, judge } from './gate.ts';
import type { GateInput, Verdict } from './gate.ts';

const created: readonly Situation[] = [{ want: wanted('new') }];
const drifted: readonly Situation[] = [
  {
    want: wanted('web'),
    know: recorded(wanted('web')),
    see: found(wanted('web'), { fields: { content: 'by hand' } }),
  },
];
const data = wanted('data', {}, { traits: { ...plainTraits, dataBearing: true } });
const kept = wanted('kept');
const deleting: readonly Situation[] = [
  { want: kept, know: recorded(kept), see: found(kept) },
  { know: recorded(data), see: found(data) },
];

const hold: Hold = {
  key: { application: 'shop', environment: 'dev' },
  kind: 'freeze',
  revision: null,
  reason: 'maintenance',
  by: 'ada',
  atMs: 0,
  expiresAtMs: null,
};

function setOf(situations: readonly Situation[]): PlanSet {
  return planSetOf(planOf(situations, { policy }));
}

function ask(situations: readonly Situation[], parts: Partial<GateInput> = {}): Verdict {
  return judge({
    planSet: setOf(situations),
    policy: 'auto',
    selfHeal: true,
    readOnlyReason: '',
    hold: null,
    approvals: [],
    agreed: null,
    requested: false,
    waitsFor: [],
    extraGuards: [],
    contest: { heals: new Set(), release: false },
    givenUp: new Set(),
    ...parts,
  });
}

const digestsOf = (situations: readonly Situation[]): ReadonlySet<string> =>
  new Set(setOf(situations).plans[0]!.changes.map(({ digest }) => digest));

const waits = (event: string, message: string): unknown =>
  expect.objectContaining({ kind: 'wait', event, message: expect.stringContaining(message) });
const goes = expect.objectContaining({ kind: 'go' });

describe('a change that Git asks for', () => {
  test('goes by itself where sync is auto', () => {
    expect(ask(created)).toEqual(goes);
  });

  test('needs approval where sync is approve, and the sentence says how', () => {
    const digits = shortDigest(setOf(created).digest);
    expect(ask(created, { policy: 'approve' })).toEqual({
      kind: 'wait',
      event: 'plan-needs-person',
      message: `needs approval: \`fairlead approve ${digits}\``,
      digest: setOf(created).digest,
    });
  });

  test('waits to be asked for where sync is manual', () => {
    expect(ask(created, { policy: 'manual' })).toEqual(
      waits('plan-refused-by-policy', 'sync is manual here'),
    );
  });

  test.each<SyncPolicy>(['approve', 'manual'])(
    'goes where sync is %s once this very plan was approved, or agreed to when asking',
    (syncPolicy) => {
      const approvals = [approvalOf(setOf(created), 'ada', 0)];
      expect(ask(created, { policy: syncPolicy, approvals })).toEqual(goes);
      expect(ask(created, { policy: syncPolicy, agreed: setOf(created).digest })).toEqual(goes);
      expect(ask(created, { policy: syncPolicy, agreed: setOf(drifted).digest })).not.toEqual(goes);
      expect(ask(created, { policy: syncPolicy, requested: true })).not.toEqual(goes);
    },
  );
});

describe('what failed and was given up', () => {
  test('is not tried again because somebody looks', () => {
    const givenUp = digestsOf(created);
    expect(ask(created, { givenUp })).toEqual(waits('plan-given-up', 'failed before'));
    const approvals = [approvalOf(setOf(created), 'ada', 0)];
    expect(ask(created, { givenUp, approvals })).toEqual(waits('plan-given-up', 'failed before'));
  });

  test('holds up no healing, and takes no part in it', () => {
    const both = [...created, ...drifted];
    const verdict = ask(both, { givenUp: digestsOf(created), policy: 'manual' });
    expect(verdict).toEqual(goes);
    expect(verdict.kind === 'go' && verdict.approved).toEqual(digestsOf(drifted));
  });

  test('holds up nothing else that Git asks for', () => {
    const both = [...created, { want: wanted('other') }];
    const verdict = ask(both, { givenUp: digestsOf(created) });
    expect(verdict.kind === 'go' && verdict.approved).toEqual(
      digestsOf([{ want: wanted('other') }]),
    );
  });

  test('still asks a person where its plan does', () => {
    expect(ask(deleting, { givenUp: digestsOf(deleting) })).toEqual(
      waits('plan-needs-person', 'deletes'),
    );
  });
});

describe('invariant 4: what may run is what was approved', () => {
  test('a verdict names the digests of exactly this plan’s changes', () => {
    const two = [...created, ...drifted];
    expect(ask(two)).toEqual({
      kind: 'go',
      approved: new Set(setOf(two).plans[0]!.changes.map(({ digest }) => digest)),
      approvedBy: null,
    });
  });

  test('a plan that became a subset of the approved one stays approved', () => {
    const both = [{ want: wanted('a') }, { want: wanted('b') }];
    const approvals = [approvalOf(setOf(both), 'ada', 0)];
    expect(ask([both[0]!], { policy: 'approve', approvals })).toEqual(goes);
    expect(ask([...both, { want: wanted('c') }], { policy: 'approve', approvals })).toEqual(
      waits('plan-needs-person', 'needs approval'),
    );
    const changed = { want: wanted('a', { content: 'other' }) };
    expect(ask([changed], { policy: 'approve', approvals })).toEqual(
      waits('plan-needs-person', 'needs approval'),
    );
  });

  test('what runs only after a failure is approved with the plan, and another needs another yes', () => {
    const withHook = (name: string): PlanSet => {
      const plan = planOf(created, { policy });
      const { want } = { want: wanted(name) };
      const onFailure = planOf([{ want }]).changes;
      return planSetOf({ ...plan, onFailure });
    };
    const approvals = [approvalOf(withHook('clean'), 'ada', 0)];
    const planSet = { ...withHook('clean'), digest: 'sha256:another' };
    const verdict = ask(created, { planSet, policy: 'approve', approvals });
    expect(verdict).toMatchObject({ kind: 'go' });
    const { changes, onFailure = [] } = planSet.plans[0]!;
    const digests = [...changes, ...onFailure].map(({ digest }) => digest);
    expect(verdict).toMatchObject({ approved: new Set(digests) });
    const other = { ...withHook('other'), digest: 'sha256:another' };
    expect(ask(created, { planSet: other, policy: 'approve', approvals })).toEqual(
      waits('plan-needs-person', 'needs approval'),
    );
  });

  test('a delete is approved for this very thing: another UID needs another yes', () => {
    const approvals = [approvalOf(setOf(deleting), 'ada', 0)];
    expect(ask(deleting, { approvals })).toEqual(goes);
    const remade = [deleting[0]!, { ...deleting[1]!, see: found(data, { uid: 'remade' }) }];
    expect(ask(remade, { approvals })).toEqual(waits('plan-needs-person', 'is not as it was left'));
  });
});

describe('invariant 8: a guarded plan', () => {
  test('waits for a person although sync is auto', () => {
    expect(ask(deleting)).toEqual(
      waits('plan-needs-person', 'deletes what may hold data: File/data'),
    );
  });

  test('goes once its digest was approved or agreed to', () => {
    expect(ask(deleting, { approvals: [approvalOf(setOf(deleting), 'ada', 0)] })).toEqual(goes);
    expect(ask(deleting, { agreed: setOf(deleting).digest })).toEqual(goes);
  });

  test('is not confirmed by asking for a run', () => {
    expect(ask(deleting, { requested: true })).toEqual(waits('plan-needs-person', 'data'));
  });

  test('waits for what other applications of the commit delete, too', () => {
    const extraGuards = [{ code: 'many-deletes', message: 'together 60 resources' }] as const;
    expect(ask(created, { extraGuards })).toEqual(waits('plan-needs-person', 'together 60'));
  });
});

describe('a plan that only heals', () => {
  test.each<SyncPolicy>(['auto', 'approve', 'manual'])(
    'goes where sync is %s: it restores what was released',
    (syncPolicy) => {
      expect(ask(drifted, { policy: syncPolicy })).toEqual(goes);
    },
  );

  test('goes although an application that it depends on is not ready', () => {
    expect(ask(drifted, { waitsFor: ['api (Degraded)'] })).toEqual(goes);
  });

  test('waits where self-healing is off, until somebody asks', () => {
    expect(ask(drifted, { selfHeal: false })).toEqual(
      waits('plan-refused-by-policy', 'self-healing is off'),
    );
    expect(ask(drifted, { selfHeal: false, requested: true })).toEqual(goes);
  });

  test('invariant 10: waits while it is contested, until somebody asks', () => {
    const contest = { heals: digestsOf(drifted), release: false };
    expect(ask(drifted, { contest })).toEqual(
      waits('plan-refused-by-policy', 'contested: somebody else keeps changing it back'),
    );
    expect(ask(drifted, { contest, requested: true })).toEqual(goes);
  });

  test('invariant 10: holds nothing else up while it is contested', () => {
    const contest = { heals: digestsOf(drifted), release: false };
    const both = [...drifted, ...created];
    expect(ask(both, { contest })).toMatchObject({ kind: 'go', approved: digestsOf(created) });
    expect(ask(both, { contest, requested: true })).toMatchObject({ approved: digestsOf(both) });
    // What is left to do is judged as ever.
    expect(ask(both, { contest, policy: 'manual' })).toEqual(
      waits('plan-refused-by-policy', 'sync is manual'),
    );
  });

  test('invariant 10: waits with all else where the release itself is undone again and again', () => {
    const contest = { heals: new Set<string>(), release: true };
    expect(ask(created, { contest })).toEqual(
      waits('plan-refused-by-policy', 'contested: somebody else keeps changing it back'),
    );
  });

  test('is one in which nothing is a new decision', () => {
    const changes = (situations: readonly Situation[]) => setOf(situations).plans[0]!.changes;
    expect(isHealing(changes(drifted))).toBe(true);
    expect(isHealing(changes([...drifted, ...created]))).toBe(false);
    expect(isHealing(changes(deleting))).toBe(false);
  });
});

describe('what holds a plan up, strongest first', () => {
  const all = { readOnlyReason: 'state restored', hold, waitsFor: ['api (Degraded)'] };

  test('read-only: not even an approved plan or a heal goes', () => {
    const approvals = [approvalOf(setOf(deleting), 'ada', 0)];
    expect(ask(deleting, { ...all, approvals })).toEqual(waits('plan-read-only', 'state restored'));
    // The state is shown before it, so the sentence does not say it again.
    expect(ask(drifted, all)).toMatchObject({ event: 'plan-read-only', message: 'state restored' });
  });

  test('a freeze: nothing goes, and the sentence says who and why', () => {
    expect(ask(drifted, { ...all, readOnlyReason: '', requested: true })).toEqual({
      kind: 'wait',
      event: 'plan-held',
      message: 'on hold since 1970-01-01T00:00:00.000Z by ada: maintenance',
      digest: null,
    });
  });

  test('an application that must come first', () => {
    expect(ask(created, { waitsFor: all.waitsFor })).toEqual(
      waits('plan-needs-dependency', 'waits for api (Degraded)'),
    );
  });

  test('a hold at a revision holds nothing up: staying there is what is planned', () => {
    expect(ask(created, { hold: { ...hold, kind: 'revision' } })).toEqual(goes);
  });
});
