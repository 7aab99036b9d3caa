import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/program.ts';
import { createLedgerBench, entries, inventory, isGet, key } from './bench.testing.ts';
import type { LedgerBench } from './bench.testing.ts';

let bench: LedgerBench;
beforeEach(() => {
  bench = createLedgerBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('requests', () => {
  test('are one for each write, and none to look', async () => {
    const { ledger } = await bench.open();
    await ledger.load(key);
    await ledger.save(key, inventory(1), null);
    for (let epoch = 1; epoch <= 5; epoch++) {
      await ledger.load(key);
      await ledger.loadHold(key);
      await ledger.save(key, inventory(epoch + 1), epoch);
      await ledger.owner('/ConfigMap/shop/a');
      await ledger.list();
    }
    expect(bench.requests()).toEqual([
      // Nobody had made the namespace.
      'create secrets',
      'create namespaces',
      'get secrets',
      'create secrets',
      ...Array.from({ length: 5 }, () => 'update secrets'),
    ]);
  });

  test('look where no watch can be had', async () => {
    const { front, kubeconfig } = await bench.overFront();
    front.rule(({ path }) => (path.includes('watch=true') ? { status: 503 } : 'pass'));
    const { ledger } = await bench.open({ kubeconfig });
    const other = await bench.open();
    await other.ledger.save(key, inventory(1), null);
    expect((await ledger.load(key))?.epoch).toBe(1);
    await other.ledger.save(key, inventory(2), 1);
    expect((await ledger.load(key))?.epoch).toBe(2);
    expect(await ledger.list()).toEqual([key]);
    await ledger.save(key, inventory(3), 2);
    await until('the other sees it', async () => (await other.ledger.load(key))?.epoch === 3);
  });
});

test('what must not be overtaken is no look at a watch that is behind', async () => {
  const { front, kubeconfig } = await bench.overFront();
  const { ledger } = await bench.open({ kubeconfig });
  await ledger.save(key, inventory(1), null);
  const gets = (): number => front.asked.filter(({ method, path }) => isGet(method, path)).length;
  await until('it watches', async () => {
    const before = gets();
    await ledger.load(key);
    return gets() === before;
  });
  const other = await bench.open();
  front.mute(({ path }) => path.includes('watch=true'));
  await other.ledger.save(key, inventory(2), 1);
  // Its connection lives, and tells of nothing.
  expect((await ledger.load(key))?.epoch).toBe(1);
  expect((await ledger.load(key, { provenWithinMs: 600_000 }))?.epoch).toBe(1);
  const before = gets();
  const looks = Array.from({ length: 5 }, () => ledger.load(key, { provenWithinMs: 0 }));
  expect((await Promise.all(looks)).map((one) => one?.epoch)).toEqual([2, 2, 2, 2, 2]);
  expect(gets() - before).toBe(1);
  front.mute(null);
  await ledger.save(key, inventory(3), 2);
  expect((await ledger.load(key, { provenWithinMs: 600_000 }))?.epoch).toBe(3);
});

test('knows whose an object is, also what another controller wrote since', async () => {
  const { ledger } = await bench.open();
  const [entry] = entries(1);
  const resource = '/ConfigMap/shop/m-0';
  expect(await ledger.owner(resource)).toBeNull();
  const other = await bench.open();
  await other.ledger.save(key, inventory(1, [entry!]), null);
  await until('it is known', async () => (await ledger.owner(resource)) !== null);
  expect(await ledger.owner(resource)).toEqual({ key, applicationUid: 'app-1' });
  await other.ledger.save(key, inventory(2, []), 1);
  await until('it is free', async () => (await ledger.owner(resource)) === null);
});

test('what the watch tells late of a record that we removed is no news, and brings it not back', async () => {
  const { front, kubeconfig } = await bench.overFront();
  const warnings: string[] = [];
  const { ledger } = await bench.open({ kubeconfig, warn: (message) => warnings.push(message) });
  const told: string[] = [];
  ledger.onForeignWrite((what, { application }) => told.push(`${what} of ${application}`));
  await ledger.save({ ...key, application: 'before' }, inventory(1), null);
  front.mute(({ path }) => path.includes('watch=true'));
  await ledger.save(key, inventory(1), null);
  await ledger.save(key, inventory(2), 1);
  await ledger.remove(key, 2);
  const other = await bench.open();
  await other.ledger.save({ ...key, application: 'after' }, inventory(1), null);
  front.mute(null);
  await until('the watch has caught up', () =>
    Promise.resolve(told.includes('inventory of after')),
  );
  expect(told).toEqual(['inventory of after']);
  expect(warnings.filter((warning) => warning.includes('somebody else'))).toEqual([]);
  expect(await ledger.load(key)).toBeNull();
  // Made anew, by whomever, it counts.
  await other.ledger.save(key, inventory(1), null);
  await until('it is there', async () => (await ledger.load(key))?.epoch === 1);
});

test('of two applications that announced an object, the one that made it owns it, also for who starts later', async () => {
  const { ledger } = await bench.open();
  const [made] = entries(1);
  const announced = { ...made!, uid: null };
  const resource = '/ConfigMap/shop/m-0';
  const applications = ['a', 'b', 'c', 'd', 'e'];
  for (const application of applications) {
    const entry = application === 'c' ? made! : announced;
    const record = { ...inventory(1, [entry]), application, applicationUid: application };
    await ledger.save({ ...key, application }, record, null);
  }
  for (const _ of applications) {
    const later = await bench.open();
    expect((await later.ledger.owner(resource))?.applicationUid).toBe('c');
  }
});
