import { describe, expect, test } from 'vitest';
import {
  found,
  plainTraits,
  planOf,
  policy,
  recorded,
  wanted,
  type Situation,
} from '../../test/support/resources.ts';
import type { Desired } from '../model/resource.ts';
import { placeOf } from './place.ts';
import type { PlanPolicy } from './policy.ts';

const workload = { traits: { ...plainTraits, workload: true } };
const dataBearing = { traits: { ...plainTraits, dataBearing: true } };

function keeping(count: number, parts: Partial<Desired> = {}): readonly Situation[] {
  return Array.from({ length: count }, (_, at) => {
    const item = wanted(`kept-${at}`, {}, parts);
    return { want: item, know: recorded(item), see: found(item) };
  });
}

function deleting(count: number, parts: Partial<Desired> = {}): readonly Situation[] {
  return Array.from({ length: count }, (_, at) => {
    const item = wanted(`gone-${at}`, {}, parts);
    return { know: recorded(item), see: found(item) };
  });
}

function guards(list: readonly Situation[], parts: Partial<PlanPolicy> = {}): readonly string[] {
  return planOf(list, { policy: { ...policy, ...parts } }).guards.map(({ code }) => code);
}

describe('what asks for a person itself', () => {
  const asking = (asks: readonly ('prune' | 'removal')[]) => deleting(1, { deletion: { asks } });

  test('is deleted unasked by no policy, however small or short-lived', () => {
    const all = [...keeping(9), ...asking(['prune'])];
    expect(guards(all)).toEqual(['asks-first']);
    expect(guards(all, { ephemeral: true })).toEqual(['asks-first']);
    expect(guards(asking(['removal']), { removal: 'delete' })).toEqual(['asks-first']);
  });

  test('is asked about only when that happens that it names', () => {
    expect(guards([...keeping(9), ...asking(['removal'])])).toEqual([]);
    expect(guards(asking(['prune']), { removal: 'delete' })).toEqual([]);
  });
});

describe('invariant 8: prune guard, by share of the application', () => {
  test('exactly 20 % pass', () => {
    expect(guards([...keeping(12), ...deleting(3)])).toEqual([]);
  });

  test('one more than 20 % needs a person', () => {
    expect(guards([...keeping(11), ...deleting(3)])).toEqual(['share-of-application']);
    expect(guards([...keeping(15), ...deleting(4)])).toEqual(['share-of-application']);
  });

  test('fewer than three objects never count as a large share', () => {
    expect(guards([...keeping(1), ...deleting(2)])).toEqual([]);
  });

  test('the share is the application’s own choice', () => {
    expect(guards([...keeping(10), ...deleting(10)], { maxPrunePercent: 50 })).toEqual([]);
    expect(guards([...keeping(9), ...deleting(10)], { maxPrunePercent: 50 })).toEqual([
      'share-of-application',
    ]);
    expect(guards([...keeping(97), ...deleting(3)], { maxPrunePercent: 0 })).toEqual([
      'share-of-application',
    ]);
  });

  test('what is new does not make the share smaller: it is not owned yet', () => {
    const fresh = Array.from({ length: 50 }, (_, at) => ({ want: wanted(`new-${at}`) }));
    expect(guards([...keeping(3), ...fresh, ...deleting(3)])).toEqual(['share-of-application']);
  });
});

describe('invariant 8: prune guard, by what is deleted', () => {
  test('the last workload needs a person, one of several does not', () => {
    const running = deleting(1, workload);
    expect(guards([...keeping(9), ...running])).toEqual(['last-workload']);
    expect(guards([...keeping(9, workload), ...running])).toEqual([]);
    expect(guards([...keeping(9), { want: wanted('new', {}, workload) }, ...running])).toEqual([]);
  });

  test('the last workload is named, without what only goes with it', () => {
    const running = wanted('web', {}, workload);
    const plan = planOf([...deleting(2), { know: recorded(running), see: found(running) }], {
      policy: { ...policy, allowEmpty: true },
    });
    const last = plan.guards.find(({ code }) => code === 'last-workload');
    expect(last?.message).toBe('deletes the last that runs in this application: File/web');
  });

  test('anything that may hold data needs a person', () => {
    expect(guards([...keeping(99), ...deleting(1, dataBearing)])).toEqual(['data-bearing']);
  });

  test('also where it is deleted because it moves: the data does not move with it', () => {
    const here = wanted('data', {}, dataBearing);
    const there = wanted('data', {}, { ...dataBearing, locator: { path: '/srv/elsewhere' } });
    const moving = [{ want: there }, { know: recorded(here), see: found(here) }];
    expect(guards([...keeping(99), ...moving])).toEqual(['data-bearing']);
  });

  test('more than 50 at once need a person, whatever their share', () => {
    expect(guards([...keeping(1_000), ...deleting(50)])).toEqual([]);
    expect(guards([...keeping(1_000), ...deleting(51)])).toEqual(['many-deletes']);
  });

  test('what is not as it was left needs a person: deleting it would lose a change', () => {
    const item = wanted('gone');
    const changed = { know: recorded(item), see: found(item, { uid: 'remade' }) };
    expect(guards([...keeping(9), changed])).toEqual(['modified-since']);
  });

  test('also where it moves, or is taken back after a failed release', () => {
    const item = wanted('gone');
    const changed = { know: recorded(item), see: found(item, { uid: 'remade' }) };
    const moved = { want: { ...item, locator: { path: '/srv/elsewhere' } } };
    const takeBack = new Set([placeOf(item)]);
    expect(guards([...keeping(9), changed, moved])).toEqual(['modified-since']);
    expect(guards([...keeping(9), changed], { takeBack })).toEqual(['modified-since']);
  });

  test('a whole application that leaves needs a person, once, unless it said otherwise', () => {
    const all = [...deleting(60), ...deleting(1, workload)].map((one, at) => ({
      ...one,
      know: { ...one.know!, id: { ...one.know!.id, name: `gone-${at}` }, locator: { at } },
    }));
    expect(guards(all, { removal: 'confirm' })).toEqual(['application-removed']);
    expect(guards(all, { removal: 'delete' })).toEqual([]);
  });
});

describe('invariant 8: the prune guard exempts', () => {
  test('environments marked ephemeral', () => {
    const all = [...keeping(1), ...deleting(60), ...deleting(1, dataBearing)].slice(0, 61);
    expect(guards(all, { ephemeral: true })).toEqual([]);
  });

  test('but neither a whole application there, nor a change that would be lost', () => {
    const item = wanted('gone');
    const changed = { know: recorded(item), see: found(item, { uid: 'remade' }) };
    const ephemeral = { ephemeral: true };
    expect(guards([...keeping(1), changed], ephemeral)).toEqual(['modified-since']);
    expect(guards(deleting(1), { ...ephemeral, removal: 'confirm' })).toEqual([
      'application-removed',
    ]);
  });

  test('what a failed release has just made, and is taken back', () => {
    const made = deleting(5);
    const takeBack = new Set(made.map(({ know }) => placeOf(know!)));
    expect(guards([...keeping(1), ...made])).toEqual(['share-of-application']);
    expect(guards([...keeping(1), ...made], { takeBack })).toEqual([]);
  });

  test('plans without deletes', () => {
    expect(guards([{ want: wanted('new', {}, dataBearing) }])).toEqual([]);
  });
});

test('a guard says what would be lost, with five names of many', () => {
  const [guard] = planOf([...keeping(1), ...deleting(7)]).guards;
  expect(guard?.message).toBe(
    'deletes 7 of 8 resources (88 %, allowed unasked: 20 %): File/gone-0, File/gone-1, File/gone-2, File/gone-3, File/gone-4 and 2 more',
  );
});
