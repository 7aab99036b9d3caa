import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { KubeObject } from '../../../../test/support/cluster.ts';
import { writeKubeconfig } from '../../../../test/support/kubernetes/connect.ts';
import { openWire } from '../../../../test/support/kubernetes/wire.ts';
import { until } from '../../../../test/support/program.ts';
import type { Hold } from '../../../model/inventory.ts';
import { code, createLedgerBench, inventory, key } from './bench.testing.ts';
import type { LedgerBench } from './bench.testing.ts';

const hold: Hold = {
  key,
  kind: 'freeze',
  revision: null,
  reason: 'maintenance',
  by: 'ada',
  atMs: 1,
  expiresAtMs: null,
};

let bench: LedgerBench;
beforeEach(() => {
  bench = createLedgerBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('what others do to a record', () => {
  test('by its labels and annotations changes nothing', async () => {
    const { ledger } = await bench.open();
    await ledger.save(key, inventory(1), null);
    const { metadata } = await bench.record();
    await bench.kube.patch(`${bench.secrets()}/${metadata.name}`, {
      metadata: { labels: null, annotations: null },
    });
    const fresh = await bench.open();
    expect((await fresh.ledger.load(key))?.epoch).toBe(1);
    expect(await fresh.ledger.list()).toEqual([key]);
    await ledger.save(key, inventory(2), 1);
  });

  test.each(['head', 'body'])('by flipping a bit of its %s is damage', async (part) => {
    const { ledger } = await bench.open();
    await ledger.save(key, inventory(1), null);
    const { metadata, data } = await bench.record();
    const bytes = Buffer.from(data[part], 'base64');
    const at = part === 'head' ? bytes.indexOf('"epoch":1') + 8 : bytes.length - 12;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await bench.kube.patch(`${bench.secrets()}/${metadata.name}`, {
      data: { [part]: bytes.toString('base64') },
    });
    const fresh = await bench.open();
    expect(await code(fresh.ledger.load(key))).toBe('target.inventory-unreadable');
    expect(await code(fresh.ledger.save(key, inventory(2), 1))).toBe('target.inventory-unreadable');
    await until(
      'the one that wrote it sees it, too',
      async () => (await code(ledger.load(key))) === 'target.inventory-unreadable',
    );
  });

  test('by copying it to the name of another is damage', async () => {
    const { ledger } = await bench.open();
    const other = { application: 'blog', environment: 'dev' };
    await ledger.save(key, inventory(1), null);
    const { data } = await bench.record();
    await ledger.save(other, { ...inventory(1), application: 'blog' }, null);
    const copied = (await bench.stored()).find(({ metadata }) => metadata.name.includes('blog'))!;
    await bench.kube.patch(`${bench.secrets()}/${copied.metadata.name}`, { data });
    expect(await code((await bench.open()).ledger.load(other))).toBe('target.inventory-unreadable');
  });

  test('by deleting it is told, and is not taken for nothing', async () => {
    const warnings: string[] = [];
    const { ledger } = await bench.open({ warn: (message) => warnings.push(message) });
    await ledger.save(key, inventory(1), null);
    const told: unknown[] = [];
    ledger.onForeignWrite((what, whose) => told.push([what, whose]));
    await bench.kube.delete(`${bench.secrets()}/${(await bench.record()).metadata.name}`);
    await until('it is told', async () => told.length > 0);
    expect(told).toEqual([['inventory', key]]);
    expect(warnings.join()).toContain('the inventory of shop@dev');
    expect(await ledger.load(key)).toBeNull();
    expect(await code(ledger.save(key, inventory(2), 1))).toBe('target.inventory-conflict');
  });

  test('by deleting the namespace is told as that', async () => {
    const { ledger } = await bench.open();
    await ledger.save(key, inventory(1), null);
    await bench.kube.post(bench.secrets(), {
      metadata: { name: 'stays', finalizers: ['example.com/held'] },
    });
    await bench.kube.delete(`/api/v1/namespaces/${bench.namespace}`);
    await until('the record is gone', async () => (await ledger.load(key)) === null);
    expect(await code(ledger.save(key, inventory(1), null))).toBe(
      'kubernetes.namespace-terminating',
    );
    await bench.kube.patch(`${bench.secrets()}/stays`, { metadata: { finalizers: null } });
    await until(
      'the namespace is gone',
      async () => (await bench.kube.find(`/api/v1/namespaces/${bench.namespace}`)) === null,
    );
    await ledger.save(key, inventory(1), null);
    expect((await ledger.load(key))?.epoch).toBe(1);
  });
});

describe('a write', () => {
  test('whose answer was lost is looked for, and holds', async () => {
    const { front, kubeconfig } = await bench.overFront();
    const { ledger } = await bench.open({ kubeconfig });
    await ledger.save(key, inventory(1), null);
    let left = 1;
    front.rule(({ method }) => (method === 'PUT' && left-- > 0 ? 'lose-answer' : 'pass'));
    await ledger.save(key, inventory(2), 1);
    expect(front.asked.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    expect((await (await bench.open()).ledger.load(key))?.epoch).toBe(2);
  });

  test('of one who slept is refused, and a look after the sleep is not of before it', async () => {
    const { url, kubeconfig } = inject('cluster');
    const wire = await openWire(url);
    bench.closing(() => wire.close());
    const config: KubeObject = JSON.parse(readFileSync(kubeconfig, 'utf8'));
    const path = writeKubeconfig(bench.folder, {
      cluster: { ...config.clusters[0].cluster, server: `https://127.0.0.1:${wire.port}` },
      user: config.users[0].user,
    });
    const sleeper = await bench.open({ kubeconfig: path });
    await sleeper.ledger.save(key, inventory(1), null);
    const other = await bench.open();
    wire.freeze();
    await other.ledger.save(key, inventory(2), 1);
    // Longer than what was heard last counts.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    wire.thaw();
    expect((await sleeper.ledger.load(key))?.epoch).toBe(2);
    expect(await code(sleeper.ledger.save(key, inventory(2), 1))).toBe('target.inventory-conflict');
  });

  test('of many at once comes through exactly once', async () => {
    const writers = [await bench.open(), await bench.open(), await bench.open()];
    await writers[0]!.ledger.save(key, inventory(1), null);
    const results = await Promise.allSettled(
      writers.flatMap(({ ledger }) => [1, 2, 3].map(() => ledger.save(key, inventory(2), 1))),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

test('holds are told when somebody else sets or ends them, not when we do', async () => {
  const { ledger } = await bench.open();
  const told: unknown[] = [];
  await ledger.listHolds();
  ledger.onForeignWrite((what, whose) => told.push([what, whose]));
  await ledger.saveHold(key, { ...hold, reason: 'ours' });
  const other = await bench.open();
  await other.ledger.saveHold(key, hold);
  await until('it is told', async () => told.length === 1);
  expect(await ledger.loadHold(key)).toEqual(hold);
  expect(await ledger.listHolds()).toEqual([hold]);
  await other.ledger.saveHold(key, null);
  await until('its end is told', async () => told.length === 2);
  expect(await ledger.loadHold(key)).toBeNull();
  await ledger.saveHold(key, null);
  expect(told).toEqual([
    ['hold', key],
    ['hold', key],
  ]);
});

test('a hold that cannot be read holds, and can be ended', async () => {
  const { ledger } = await bench.open();
  await ledger.saveHold(key, hold);
  await bench.kube.patch(`${bench.secrets()}/${(await bench.record()).metadata.name}`, {
    data: { body: Buffer.from('nonsense').toString('base64') },
  });
  const fresh = await bench.open();
  expect(await fresh.ledger.listHolds()).toMatchObject([{ key, kind: 'freeze', by: 'fairlead' }]);
  expect(await code(fresh.ledger.loadHold(key))).toBe('target.inventory-unreadable');
  await fresh.ledger.saveHold(key, null);
  expect(await fresh.ledger.listHolds()).toEqual([]);
});
