import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changeOf,
  found,
  idOf,
  planOf,
  planSetOf,
  recorded,
  revision,
  wanted,
  type Situation,
} from '../../test/support/resources.ts';
import type { JsonObject } from '../model/json.ts';
import type { Desired } from '../model/resource.ts';
import { sha256 } from '../system/hasher.ts';
import {
  changeDigest,
  desiredDigest,
  fieldsDigest,
  planDigest,
  planSetDigest,
  type ChangeContent,
  type PlanIdentity,
} from './digest.ts';

/** Digests are SHA-256 over `text`; whoever reads the file can check them without this code. */
interface Vector {
  readonly text: string;
  readonly digest: string;
}

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/golden/digests.json'), 'utf8'),
) as {
  readonly changes: readonly (Vector & {
    readonly name: string;
    readonly content: ChangeContent;
  })[];
  readonly plans: readonly (Vector & {
    readonly name: string;
    readonly identity: PlanIdentity;
    readonly changes: readonly string[];
  })[];
  readonly planSet: Vector & { readonly plans: readonly string[] };
  readonly fields: readonly (Vector & { readonly fields: JsonObject })[];
  readonly desired: { readonly digest: string; readonly set: readonly Desired[] };
};

describe('golden vectors: these digests stand in approvals and inventories that exist', () => {
  test.each(golden.changes)('change: $name', ({ content, text, digest }) => {
    expect(changeDigest(sha256, content)).toBe(digest);
    expect(`sha256:${sha256(text)}`).toBe(digest);
  });

  test.each(golden.plans)('plan: $name', ({ identity, changes, text, digest }) => {
    expect(planDigest(sha256, identity, changes)).toBe(digest);
    expect(`sha256:${sha256(text)}`).toBe(digest);
  });

  test('plan set', () => {
    const plans = golden.planSet.plans.map((digest) => ({ ...planOf([]), digest }));
    expect(planSetDigest(sha256, plans)).toBe(golden.planSet.digest);
    expect(planSetDigest(sha256, plans.toReversed())).toBe(golden.planSet.digest);
    expect(`sha256:${sha256(golden.planSet.text)}`).toBe(golden.planSet.digest);
  });

  test.each(golden.fields)('fields: $fields', ({ fields, text, digest }) => {
    expect(fieldsDigest(sha256, fields)).toBe(digest);
    expect(`sha256:${sha256(text)}`).toBe(digest);
  });

  test('desired set', () => {
    const set = golden.desired.set.map((item) => wanted(item.id.name, item.fields, item));
    expect(desiredDigest(sha256, set)).toBe(golden.desired.digest);
  });

  test('each scheme names its version in its first line', () => {
    const texts = [...golden.changes, ...golden.plans, golden.planSet, ...golden.fields];
    for (const { text } of texts) expect(text.split('\n')[0]).toMatch(/^fairlead-[a-z-]+-v\d+$/);
  });
});

const base: ChangeContent = golden.changes[0]!.content;

describe('a change has another digest', () => {
  test.each<[string, Partial<ChangeContent>]>([
    ['at another target', { targetUid: 'another machine' }],
    ['with another action', { action: 'update' }],
    ['of another resource', { id: idOf('other') }],
    ['of another kind', { id: { ...base.id, kind: 'Directory' } }],
    ['of another group', { id: { ...base.id, group: 'other' } }],
    ['in another namespace', { id: { ...base.id, namespace: 'other' } }],
    ['at another place', { locator: { path: '/elsewhere' } }],
    ['with another owned value', { fields: { ...base.fields, mode: '0600' } }],
    ['with one owned field less', { fields: { path: '/srv/site/index.html' } }],
    ['with no fields', { fields: null }],
    ['in another wave', { wave: 1 }],
    ['of a thing with a UID', { uid: 'u1' }],
  ])('%s', (_name, part) => {
    expect(changeDigest(sha256, { ...base, ...part })).not.toBe(changeDigest(sha256, base));
  });

  test('when what is deleted is another thing', () => {
    const item = wanted('old');
    const deleting = (uid: string): string =>
      changeOf({ know: recorded(item), see: found(item, { uid }) }, { policy: prunes }).digest;
    expect(deleting('u1')).not.toBe(deleting('u2'));
  });
});

const prunes = {
  prune: true,
  allowEmpty: true,
  maxPrunePercent: 20,
  ephemeral: false,
  removal: null,
  takeBack: new Set<string>(),
};

describe('a digest does not move', () => {
  const items = ['a', 'b', 'c', 'd'].map((name) => wanted(name, { content: name }));

  test('with the order in which things were found', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(items, { minLength: 4 }), (order) => {
        const asFound = planOf(items.map((want) => ({ want })));
        const shuffled = planOf(order.map((want) => ({ want })));
        expect(shuffled.digest).toBe(asFound.digest);
        expect(shuffled.desiredDigest).toBe(asFound.desiredDigest);
        expect(shuffled.changes).toEqual(asFound.changes);
      }),
    );
  });

  test('with the commit that it comes from: a rebase keeps an approval', () => {
    const rebased = [{ source: '', commit: 'c'.repeat(40), tree: 'd'.repeat(40) }];
    expect(planOf([{ want: items[0] }], { revision: rebased }).digest).toBe(
      planOf([{ want: items[0] }], { revision }).digest,
    );
  });

  test('with live values and UIDs of what is updated', () => {
    const [item] = items;
    const updating = (content: string, uid: string): string =>
      changeOf({
        want: item!,
        know: recorded(item!, { digest: 'sha256:before' }),
        see: found(item!, { fields: { content }, uid }),
      }).digest;
    expect(updating('x', 'u1')).toBe(updating('y', 'u2'));
  });

  test('with where a resource was declared, its readable text and its secret references', () => {
    const [item] = items;
    const elsewhere = {
      ...item!,
      origin: { file: 'other.yaml', line: 99 },
      texts: { content: 'readable' },
      payload: { from: 'elsewhere' },
    };
    expect(changeOf({ want: elsewhere }).digest).toBe(changeOf({ want: item! }).digest);
  });

  test('with the order of keys', () => {
    const one = wanted('a', { x: { p: 1, q: 2 }, y: 1 });
    const two = wanted('a', { y: 1, x: { q: 2, p: 1 } });
    expect(changeOf({ want: one }).digest).toBe(changeOf({ want: two }).digest);
    expect(desiredDigest(sha256, [one])).toBe(desiredDigest(sha256, [two]));
  });
});

describe('a plan has another digest', () => {
  const one: readonly Situation[] = [{ want: wanted('a') }];
  const plan = planOf(one);

  test.each([
    ['in another environment', { environment: 'prod' }],
    ['of another application', { application: 'blog' }],
    ['at another target', { target: 'there' }],
    ['on another machine', { targetUid: 'machine-2' }],
  ])('%s', (_name, part) => {
    expect(planOf(one, part).digest).not.toBe(plan.digest);
  });

  test('with one change more or less', () => {
    expect(planOf([...one, { want: wanted('b') }]).digest).not.toBe(plan.digest);
    expect(planOf([]).digest).not.toBe(plan.digest);
  });

  test('and so has the set that holds it', () => {
    const other = planOf(one, { target: 'there' });
    expect(planSetOf(plan).digest).not.toBe(planSetOf(plan, other).digest);
    expect(planSetOf(plan, other).digest).toBe(planSetOf(other, plan).digest);
  });
});

describe('the digest of a desired set', () => {
  const item = wanted('a');
  const digest = desiredDigest(sha256, [item]);

  test.each<[string, Partial<Desired>]>([
    ['fields', { fields: { content: 'two' } }],
    ['place', { locator: { path: '/elsewhere' } }],
    ['wave', { wave: 1 }],
    ['prune switch', { prune: false }],
  ])('moves with the %s of a resource', (_name, part) => {
    expect(desiredDigest(sha256, [{ ...item, ...part }])).not.toBe(digest);
  });

  test('does not move with what is live', () => {
    const fresh = planOf([{ want: item }]);
    const there = planOf([{ want: item, know: recorded(item), see: found(item) }]);
    expect(there.desiredDigest).toBe(fresh.desiredDigest);
    expect(there.digest).not.toBe(fresh.digest);
  });
});
