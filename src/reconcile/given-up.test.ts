import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { configuration, createEngineBench, hostDocument } from '../../test/support/engine.ts';
import type { EngineBench } from '../../test/support/engine.ts';

const id = 'shop@dev';
const slowly = { timeout: 20_000, interval: 50 };
const shop = { application: 'shop', environment: 'dev' };
const person = { ...shop, actor: 'ada', reason: '', approve: null, retryQuarantined: false };

/** A command that notes each of its runs in the file `runs` and fails where `mended` is not there. */
function failing(bench: EngineBench, spec: object = {}): string {
  const script = `echo >>${bench.path('runs')}; test -e ${bench.path('mended')}`;
  return hostDocument('Command', 'migrate', { run: ['/bin/sh', '-c', script], ...spec }, 1);
}

const runs = (bench: EngineBench): number =>
  existsSync(bench.path('runs')) ? readFileSync(bench.path('runs'), 'utf8').length : 0;

async function look(bench: EngineBench, trigger: 'drift' | 'verify'): Promise<void> {
  bench.engine.trigger(id, trigger);
  await bench.engine.queue.idle();
}

/** An application of a file and a command that failed, and is not tried again by itself. */
async function fail(bench: EngineBench, command = failing(bench)): Promise<void> {
  await bench.push({
    'fairlead.yaml': configuration({ shop: { retry: { limit: 0 }, onFailure: 'stay' } }),
    'shop/page.yaml': bench.file('page', 'one'),
    'shop/migrate.yaml': command,
  });
  expect(bench.state(id)).toBe('failed, OutOfSync, Missing');
  expect(runs(bench)).toBe(1);
}

test('a command that failed for good is not run again because somebody looks', async () => {
  await using bench = await createEngineBench();
  await fail(bench);
  const before = await bench.api.application(shop);
  await look(bench, 'drift');
  await look(bench, 'verify');
  expect(runs(bench)).toBe(1);
  const { state, message, error } = await bench.api.application(shop);
  expect({ state, message, error }).toEqual({
    state: 'failed',
    message: before.message,
    error: before.error,
  });
  expect(await bench.store.releases({ ...shop, limit: 10 })).toHaveLength(1);
});

test('so it is with one that the same input fails again', async () => {
  await using bench = await createEngineBench();
  const script = `echo >>${bench.path('runs')}`;
  await fail(bench, failing(bench, { check: ['/bin/false'], run: ['/bin/sh', '-c', script] }));
  await look(bench, 'drift');
  expect(runs(bench)).toBe(1);
});

test('drift beside it is healed, and what that comes to does not count as good', async () => {
  await using bench = await createEngineBench();
  await fail(bench);
  await bench.edit('page', 'by hand');
  await look(bench, 'drift');
  expect(bench.read('page')).toBe('one');
  expect([runs(bench), bench.state(id)]).toEqual([1, 'failed, OutOfSync, Missing']);
  const [heal] = await bench.store.releases({ ...shop, limit: 1 });
  expect(heal).toMatchObject({ trigger: 'drift', outcome: 'succeeded' });
  expect(heal?.plan.plans[0]?.warnings).toEqual([expect.stringContaining('it failed')]);
  expect(await bench.target.ledger.load(shop)).toMatchObject({ revision: [] });
});

test('a person, and a commit, are each a new chance', async () => {
  await using bench = await createEngineBench();
  await fail(bench);
  expect(await bench.api.sync(person)).toMatchObject({ kind: 'released' });
  expect(runs(bench)).toBe(2);
  await look(bench, 'drift');
  expect(runs(bench)).toBe(2);
  await bench.push({ 'shop/page.yaml': bench.file('page', 'two') });
  expect(runs(bench)).toBe(3);
  await writeFile(bench.path('mended'), '');
  expect(await bench.api.sync(person)).toMatchObject({ kind: 'released' });
  expect(bench.state(id)).toBe('synced, Synced, Healthy');
});

test('what did not become healthy is looked at again, and is good once it is', async () => {
  await using bench = await createEngineBench();
  const check = { name: 'up', exec: { argv: ['test', '-e', bench.path('up')] } };
  await bench.push({
    'fairlead.yaml': configuration({
      shop: { retry: { limit: 0 }, timeouts: { health: '200ms' }, healthChecks: [check] },
    }),
    'shop/page.yaml': bench.file('page', 'one'),
  });
  expect(bench.state(id)).toMatch(/^failed, /);
  await look(bench, 'drift');
  expect(await bench.store.releases({ ...shop, limit: 10 })).toHaveLength(1);
  expect(bench.state(id)).toMatch(/^failed, /);
  await writeFile(bench.path('up'), '');
  await look(bench, 'drift');
  expect(bench.state(id)).toBe('synced, Synced, Healthy');
});

test('what is tried again is told as that, and not as drift', async () => {
  await using bench = await createEngineBench();
  await putOff(bench, '300ms');
  await writeFile(bench.path('mended'), '');
  await vi.waitFor(() => expect(bench.state(id)).toBe('synced, Synced, Healthy'), slowly);
  const [again] = await bench.store.releases({ ...shop, limit: 1 });
  expect(again).toMatchObject({ trigger: 'retry', outcome: 'succeeded' });
});

/** A command that failed, and is tried again by itself after a while. */
async function putOff(bench: EngineBench, initial: string): Promise<void> {
  await bench.push({
    'fairlead.yaml': configuration({
      shop: { retry: { backoff: { initial, max: '2h' } }, onFailure: 'stay' },
    }),
    'shop/page.yaml': bench.file('page', 'one'),
    'shop/migrate.yaml': failing(bench),
  });
}

describe('until it is time to try again', () => {
  test('no look tries what failed, and none counts as an attempt', async () => {
    await using bench = await createEngineBench();
    await putOff(bench, '1h');
    const before = await bench.api.application(shop);
    expect(before.state).toBe('backing-off');
    for (const trigger of ['drift', 'verify', 'drift'] as const) await look(bench, trigger);
    const { state, message, nextAttemptAtMs } = await bench.api.application(shop);
    expect({ state, message, nextAttemptAtMs }).toEqual({
      state: 'backing-off',
      message: before.message,
      nextAttemptAtMs: before.nextAttemptAtMs,
    });
    expect(runs(bench)).toBe(1);
  });

  test('drift beside it is healed', async () => {
    await using bench = await createEngineBench();
    await putOff(bench, '1h');
    await bench.edit('page', 'by hand');
    await look(bench, 'drift');
    expect(bench.read('page')).toBe('one');
    expect([runs(bench), bench.state(id)]).toEqual([1, 'backing-off, OutOfSync, Missing']);
  });

  test('a person, and a commit, do not wait', async () => {
    await using bench = await createEngineBench();
    await putOff(bench, '1h');
    await bench.api.sync(person);
    expect(runs(bench)).toBe(2);
    await look(bench, 'drift');
    await bench.push({ 'shop/page.yaml': bench.file('page', 'two') });
    expect(runs(bench)).toBe(3);
  });

  test('it is tried again then, also after somebody has looked', async () => {
    await using bench = await createEngineBench();
    await putOff(bench, '500ms');
    await look(bench, 'drift');
    await vi.waitFor(() => expect(runs(bench)).toBeGreaterThan(1), slowly);
  });
});

describe('a controller that is started again', () => {
  const continuous = { engine: { continuous: true } };

  test('does not try again what was given up, and says why it failed', async () => {
    await using bench = await createEngineBench(continuous);
    await fail(bench);
    const before = await bench.api.application(shop);
    await bench.restart();
    const { state, message, error } = await bench.api.application(shop);
    expect({ state, message, error }).toEqual({
      state: 'failed',
      message: before.message,
      error: before.error,
    });
    await bench.edit('page', 'by hand');
    await look(bench, 'drift');
    expect([bench.read('page'), runs(bench)]).toEqual(['one', 1]);
    expect(await bench.api.sync(person)).toMatchObject({ kind: 'released' });
    expect(runs(bench)).toBe(2);
  });

  test('takes a commit that came meanwhile for a new chance', async () => {
    await using bench = await createEngineBench(continuous);
    await fail(bench);
    bench.repository.commit({ 'shop/page.yaml': bench.file('page', 'two') });
    await bench.restart();
    expect([bench.read('page'), runs(bench)]).toEqual(['two', 2]);
  });

  test('knows nothing any more of what ended well at last', async () => {
    await using bench = await createEngineBench(continuous);
    await fail(bench);
    await writeFile(bench.path('mended'), '');
    await bench.api.sync(person);
    await bench.restart();
    expect(bench.state(id)).toBe('synced, Synced, Healthy');
    expect(await bench.store.setting(`application ${id}`)).toBeNull();
  });
});
