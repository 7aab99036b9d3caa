import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBench, manifestOf } from '../targets/host/bench.testing.ts';
import type { Bench } from '../targets/host/bench.testing.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Ledger } from '../targets/target.ts';
import { placeOf } from '../plan/place.ts';
import { systemClock } from '../system/clock.ts';
import { RecordsRead } from './records-read.ts';

let bench: Bench;
/** Records that were read. */
let reads: string[];
let ledger: Ledger;
let nowMs: number;
let records: RecordsRead;
let place: string;

const all = (): boolean => true;
const key = (application: string) => ({ application, environment: 'dev' });

beforeEach(async () => {
  bench = await createBench();
  reads = [];
  nowMs = 0;
  const { ledger: real } = bench.target;
  ledger = {
    ...real,
    load: (of) => {
      reads.push(of.application);
      return real.load(of);
    },
  };
  records = new RecordsRead({ ...systemClock, monotonicMs: () => nowMs });
  const manifest = manifestOf('File', 'a', { path: bench.path('a'), content: 'x' });
  place = placeOf(await bench.one(manifest));
  await bench.release(manifest);
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** The record of what was released, under another name. */
async function copyTo(application: string, change: Partial<Inventory> = {}): Promise<void> {
  const inventory = (await bench.target.ledger.load(key('shop')))!;
  const before = await bench.target.ledger.load(key(application));
  await bench.target.ledger.save(
    key(application),
    { ...inventory, ...key(application), epoch: (before?.epoch ?? 0) + 1, ...change },
    before?.epoch ?? null,
  );
}

async function isKept(): Promise<boolean> {
  return (await records.madeBy(ledger, 'dev', all))(place);
}

test('who asks soon after another has its answer from the same reading, and later from a new one', async () => {
  await copyTo('one');
  expect(await isKept()).toBe(true);
  const { length } = reads;
  expect(length).toBeGreaterThan(0);
  nowMs += 500;
  expect(await isKept()).toBe(true);
  expect(reads).toHaveLength(length);
  nowMs += 1_000;
  await isKept();
  expect(reads).toHaveLength(2 * length);
});

test('what a look has written since is known at once, whether it goes on or has ended', async () => {
  await copyTo('one', { entries: [] });
  const only = (id: string): boolean => id === 'one@dev';
  expect((await records.madeBy(ledger, 'dev', only))(place)).toBe(false);
  await records.during('one@dev', async () => {
    await copyTo('one');
    expect((await records.madeBy(ledger, 'dev', only))(place)).toBe(true);
  });
  expect((await records.madeBy(ledger, 'dev', only))(place)).toBe(true);
});

test('what was announced and never made, and the record of one who leaves too, does not count', async () => {
  const { entries } = (await bench.target.ledger.load(key('shop')))!;
  await copyTo('one', { entries: entries.map((entry) => ({ ...entry, uid: null })) });
  const isOne = (id: string): boolean => id === 'one@dev';
  expect((await records.madeBy(ledger, 'dev', isOne))(place)).toBe(false);
  await copyTo('two');
  nowMs += 2_000;
  expect((await records.madeBy(ledger, 'dev', all))(place)).toBe(true);
  expect((await records.madeBy(ledger, 'dev', isOne))(place)).toBe(false);
});

test('a record that cannot be read answers nothing for who stays, and holds up nobody where it does not count', async () => {
  await copyTo('one');
  const file = join(bench.folder, 'state', 'inventories', 'one@dev.json');
  chmodSync(file, 0o600);
  writeFileSync(file, 'nonsense');
  await expect(records.madeBy(ledger, 'dev', all)).rejects.toMatchObject({
    code: 'target.inventory-unreadable',
  });
  const isOther = (id: string): boolean => id !== 'one@dev';
  expect((await records.madeBy(ledger, 'dev', isOther))('elsewhere')).toBe(false);
});
