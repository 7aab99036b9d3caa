import { describe, expect, test } from 'vitest';
import {
  absent,
  changeOf,
  found,
  plainTraits,
  planOf,
  recorded,
  tryPlan,
  wanted,
} from '../../test/support/resources.ts';
import { forbidden } from '../targets/kubernetes/client/errors.ts';
import { errorRecord } from '../model/error.ts';

const item = wanted('web', { image: 'b', replicas: 3 });
const live = { fields: { image: 'a', replicas: 5 } };

describe('a field that somebody else keeps', () => {
  const see = found(item, { ...live, heldBy: { replicas: 'autoscaler' } });

  test('is named in the plan, with who keeps it, and needs a person', () => {
    const plan = planOf([{ want: item, see }]);
    expect(plan.changes[0]?.diff).toEqual([
      { path: 'image', from: 'a', to: 'b' },
      { path: 'replicas', from: 5, to: 3, heldBy: 'autoscaler' },
    ]);
    expect(plan.changes[0]?.takesOver).toEqual(['replicas']);
    expect(plan.guards).toEqual([
      { code: 'held-by-others', message: 'takes over of File/web: replicas from autoscaler' },
    ]);
  });

  test('makes another change of it: a yes to the one is none to the other', () => {
    const plain = changeOf({ want: item, see: found(item, live) });
    expect(plain.takesOver).toBeUndefined();
    expect(changeOf({ want: item, see }).digest).not.toBe(plain.digest);
  });
});

describe('what cannot be changed in place', () => {
  const see = found(item, { ...live, immutable: 'image is immutable' });

  test('is refused before anything is touched, by file and field', () => {
    const planned = tryPlan([{ want: item, know: recorded(item), see }]);
    expect(planned.ok ? null : planned.error).toMatchObject({
      code: 'plan.cannot-change',
      class: 'input',
      message: 'File/web (app/web.yaml:1) cannot be changed in place: image is immutable',
    });
  });

  test('is made anew where that is allowed, with the UID of what goes in the digest', () => {
    const want = { ...item, replaceable: true };
    const change = changeOf({ want, see });
    expect(change).toMatchObject({ action: 'replace', uid: 'uid-web' });
    expect(change.cause).toContain('image is immutable, so it is made anew');
    const other = changeOf({
      want,
      see: found(item, { ...live, immutable: 'image is immutable', uid: 'other' }),
    });
    expect(other.digest).not.toBe(change.digest);
  });

  test('needs a person where it may hold data', () => {
    const want = { ...item, replaceable: true, traits: { ...plainTraits, dataBearing: true } };
    expect(planOf([{ want, see }]).guards).toEqual([
      { code: 'replaces-data', message: 'deletes File/web to make it anew, with what it may hold' },
    ]);
  });
});

test('what the target says beforehand that it will not take fails the plan, not the release', () => {
  const refused = errorRecord(forbidden({ message: 'an admission webhook says no' }));
  const planned = tryPlan([{ want: item, see: found(item, { ...live, refused }) }]);
  expect(planned.ok ? null : planned.error.code).toBe('kubernetes.forbidden');
});

describe('what the target would not take now, and may take once other things are there', () => {
  const refused = errorRecord(forbidden({ message: 'serviceaccount "web" not found' }));
  const see = { kind: 'absent' as const, refused, mayPass: true };
  const account = wanted('account', {}, { rank: -1 });

  test('is a warning where the plan makes something before it', () => {
    const plan = planOf([
      { want: account, see: absent },
      { want: item, see },
    ]);
    expect(plan.counts.create).toBe(2);
    expect(plan.warnings).toEqual([
      'as things are now, serviceaccount "web" not found; what comes before it may change that',
    ]);
  });

  test.each([
    ['nothing comes before it', { ...account, rank: 1 }, absent],
    ['what comes before it is there', account, found(account)],
  ])('fails the plan where %s', (_what, other, seen) => {
    const planned = tryPlan([
      { want: other, know: recorded(other), see: seen },
      { want: item, see },
    ]);
    expect(planned.ok ? null : planned.error.code).toBe('kubernetes.forbidden');
  });
});

describe('what a release announced and was cut off from making', () => {
  const announced = { ...recorded(item), uid: null };

  test('is no record of what somebody else made there since: a person is asked, and it is no drift', () => {
    const plan = planOf([{ want: item, know: announced, see: found(item, live) }]);
    expect(plan.changes).toMatchObject([{ action: 'update', causeKind: 'source', found: true }]);
    expect(plan.guards).toMatchObject([{ code: 'not-made-here' }]);
  });

  test('is one of what it made itself, by the fields or by what the target says', () => {
    const next = wanted('web', { image: 'c', replicas: 3 });
    for (const see of [found(item), found(item, { ...live, isAsAnnounced: true })]) {
      const plan = planOf([{ want: next, know: announced, see }]);
      expect(plan.changes).toMatchObject([{ action: 'update' }]);
      expect(plan.changes[0]?.found).toBeUndefined();
      expect(plan.guards).toEqual([]);
    }
  });
});
