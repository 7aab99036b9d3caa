import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../../test/support/engine.ts';
import type { EngineBench } from '../../../test/support/engine.ts';
import { noDispute, patienceMs, writtenByAnother, writtenHere } from './dispute.ts';

/** Another writes and is answered, so many times, a second apart. */
function disputed(turns: number) {
  let dispute = noDispute;
  for (let turn = 1; turn <= turns; turn += 1)
    dispute = writtenHere(writtenByAnother(dispute, turn * 1_000), turn * 1_000);
  return dispute;
}

test('the first record of somebody else is looked at at once', () => {
  expect(patienceMs(writtenByAnother(noDispute, 1_000))).toBe(0);
});

test('each answer doubles how long the next one waits, from a second to a minute', () => {
  const waits = [1, 2, 3, 6, 7, 8, 5_000].map((turns) => patienceMs(disputed(turns)));
  expect(waits).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
});

test('however often another writes, only what was answered counts', () => {
  let dispute = noDispute;
  for (let nowMs = 0; nowMs < 100; nowMs += 1) dispute = writtenByAnother(dispute, nowMs);
  expect(patienceMs(dispute)).toBe(0);
});

test('what is written one time after the other is one answer', () => {
  const once = disputed(1);
  expect(writtenHere(once, 1_500)).toEqual(once);
});

test('what nobody else wrote is no answer', () => {
  expect(writtenHere(noDispute, 1_000)).toEqual(noDispute);
});

test('a dispute between two that both wait a minute goes on', () => {
  const dispute = disputed(9);
  expect(patienceMs(writtenByAnother(dispute, dispute.lastMs + 130_000))).toBe(60_000);
});

test('after five quiet minutes it is forgotten', () => {
  const dispute = disputed(9);
  expect(patienceMs(writtenByAnother(dispute, dispute.lastMs + 300_001))).toBe(0);
});

test('a record that is put right after another wrote it makes the next wait, until a commit comes; what else is noticed never waits', async () => {
  const key = { application: 'shop', environment: 'dev' };
  await using bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({ shop: {} }),
    'shop/a.json': bench.file('a', 'one'),
  });
  const { ledger } = bench.target;
  const inventory = await ledger.load(key);
  const runtime = bench.engine.applications.get('shop@dev');
  if (inventory === null || runtime === undefined) throw new Error('nothing was released');
  const { epoch } = inventory;
  const entries = inventory.entries.map((entry) => ({ ...entry, wave: 7 }));
  await ledger.save(key, { ...inventory, entries, epoch: epoch + 1 }, epoch);
  const record = { key, id: null, isRecord: true, message: 'written by somebody else' };
  const first = runtime.notice(record, 0);
  await bench.look('shop@dev');
  expect((await ledger.load(key))?.entries).toMatchObject([{ wave: 0 }]);

  const nowMs = bench.engine.ports.clock.monotonicMs();
  const next = runtime.notice(record, nowMs);
  expect([next > first, next]).toEqual([true, 1_000]);
  expect(runtime.isSettled).toBe(true);
  expect(runtime.notice({ key, id: null, message: 'the hold changed' }, nowMs)).toBe(first);

  await bench.push({ 'shop/a.json': bench.file('a', 'two') });
  expect(runtime.notice(record, nowMs)).toBe(first);
});

describe('what a record announces that is not there', () => {
  const shop = { application: 'shop', environment: 'dev' };
  const announced = async (bench: EngineBench, release: string | null): Promise<boolean> => {
    const before = (await bench.target.ledger.load(shop))!;
    const [entry] = before.entries;
    const path = bench.path('b');
    const late = {
      ...entry!,
      id: { ...entry!.id, name: 'b' },
      locator: { path },
      claims: [`path:${path}`],
      uid: null,
    };
    const next = { ...before, epoch: before.epoch + 1, entries: [...before.entries, late] };
    const by = release === null ? before.release : release;
    await bench.target.ledger.save(shop, { ...next, release: by }, before.epoch);
    await bench.look('shop@dev');
    const after = await bench.target.ledger.load(shop);
    return after?.entries.some(({ id }) => id.name === 'b') === true;
  };
  const live = async (): Promise<EngineBench> => {
    const bench = await createEngineBench();
    await bench.push({
      'fairlead.yaml': configuration({ shop: {} }),
      'shop/a.yaml': bench.file('a', '1'),
    });
    return bench;
  };

  test('by a release of our own goes', async () => {
    await using bench = await live();
    expect(await announced(bench, null)).toBe(false);
  });

  test('by another controller stays for now: that may be about to make it', async () => {
    await using bench = await live();
    expect(await announced(bench, 'other')).toBe(true);
    expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
  });
});
