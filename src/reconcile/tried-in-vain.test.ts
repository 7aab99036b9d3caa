import { describe, expect, test, vi } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';
import type { EngineBench } from '../../test/support/engine.ts';
import { effectTimedOut } from '../targets/errors.ts';

const shop = { application: 'shop', environment: 'dev' };
const person = { ...shop, actor: 'ada', reason: '', approve: null, retryQuarantined: false };
const generously = { timeout: 20_000, interval: 50 };

/** A delete of `b` that does not end, as with a finalizer, tried again every now and then; `tries` counts. */
async function blocked(retry: object): Promise<{
  readonly bench: EngineBench;
  readonly tries: () => number;
  readonly let: () => void;
}> {
  let tries = 0;
  let isBlocked = true;
  const bench = await createEngineBench({
    target: (inner) => ({
      ...inner,
      remove: async (effect) => {
        tries += 1;
        if (isBlocked) throw effectTimedOut({ message: 'delete File/b did not end' });
        await inner.remove(effect);
      },
    }),
  });
  await bench.push({
    'fairlead.yaml': configuration({ shop: { retry, onFailure: 'stay', maxPrunePercent: 100 } }),
    'shop/a.yaml': bench.file('a', '1'),
    'shop/b.yaml': bench.file('b', '1'),
  });
  await bench.push({ 'shop/b.yaml': null });
  const allow = (): void => {
    isBlocked = false;
  };
  return { bench, tries: () => tries, let: allow };
}

const outcomes = async ({ store }: EngineBench): Promise<readonly string[]> =>
  (await store.releases(shop)).map(({ outcome, actor }) => `${outcome} by ${actor}`);

describe('a delete that does not go through', () => {
  const soon = { backoff: { initial: '20ms', max: '20ms' } };

  test('is one entry of the history however often it is tried, with how often, and since when', async () => {
    const { bench, tries, let: allow } = await blocked(soon);
    await using _ = bench;
    await vi.waitFor(() => expect(tries()).toBeGreaterThan(3), generously);
    await vi.waitFor(async () => {
      const [last, ...before] = await bench.store.releases(shop);
      expect(last).toMatchObject({ outcome: 'failed', trigger: 'source' });
      expect(last?.attempts?.count).toBeGreaterThan(3);
      expect(last?.attempts?.firstAtMs).toBeLessThan(last?.startedAtMs ?? 0);
      expect(before.map(({ outcome }) => outcome)).toEqual(['succeeded']);
    }, generously);
    allow();
    await vi.waitFor(
      () => expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy'),
      generously,
    );
    // What came through at last stands by itself, and so does what failed before.
    const [came, failed] = await bench.store.releases(shop);
    expect([came?.outcome, came?.attempts, failed?.outcome]).toEqual([
      'succeeded',
      undefined,
      'failed',
    ]);
  });

  test('is one entry also where a controller that is started again goes on with it', async () => {
    const { bench } = await blocked({ backoff: { initial: '1h', max: '2h' } });
    await using _ = bench;
    await bench.restart();
    const [last, ...before] = await bench.store.releases(shop);
    expect(last?.attempts?.count).toBe(2);
    expect(before).toHaveLength(1);
    // What is on record at the target is in the history.
    const record = await bench.target.ledger.load(shop);
    expect(record?.release).toBe(last?.id);
  });

  test('is another entry where a person tries it', async () => {
    const { bench } = await blocked({ backoff: { initial: '1h', max: '2h' } });
    await using _ = bench;
    await bench.api.sync(person);
    expect(await outcomes(bench)).toEqual([
      'failed by ada',
      'failed by controller',
      'succeeded by controller',
    ]);
  });
});

test('an attempt that did something is an entry of its own', async () => {
  let isBlocked = true;
  await using bench = await createEngineBench({
    target: (inner) => ({
      ...inner,
      remove: async (effect) => {
        if (isBlocked) throw effectTimedOut({ message: 'delete File/b did not end' });
        await inner.remove(effect);
      },
    }),
  });
  const retry = { backoff: { initial: '1h', max: '2h' } };
  await bench.push({
    'fairlead.yaml': configuration({ shop: { retry, onFailure: 'stay', maxPrunePercent: 100 } }),
    'shop/a.yaml': bench.file('a', '1'),
    'shop/b.yaml': bench.file('b', '1'),
  });
  await bench.push({ 'shop/a.yaml': bench.file('a', '2'), 'shop/b.yaml': null });
  await bench.restart();
  await bench.restart();
  isBlocked = false;
  const found = await bench.store.releases(shop);
  expect(found.map(({ attempts, steps }) => [attempts?.count, steps.length])).toEqual([
    [2, 1],
    [undefined, 2],
    [undefined, 2],
  ]);
});
