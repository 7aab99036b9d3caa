import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench, type EngineBench } from '../../test/support/engine.ts';

const bad = { application: 'bad', environment: 'dev' };

/** Two applications that are live; `good` has a file to delete. */
async function live(bench: EngineBench): Promise<void> {
  await bench.push({
    'fairlead.yaml': configuration({ good: {}, bad: {} }),
    'good/kept.yaml': bench.file('kept', '1'),
    'good/gone.yaml': bench.file('gone', '1'),
    'bad/other.yaml': bench.file('other', '1'),
  });
  expect([bench.state('good@dev'), bench.state('bad@dev')]).toEqual([
    'synced, Synced, Healthy',
    'synced, Synced, Healthy',
  ]);
}

function damageInventory(bench: EngineBench): void {
  const file = join(dirname(dirname(bench.path('x'))), 'state/inventories/bad@dev.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"epoch":1', '"epoch":7'));
}

describe('invariant 9: one application’s poison degrades only that application', () => {
  test.each([
    [
      'does not render',
      (bench: EngineBench) => ({ 'bad/other.yaml': `${bench.file('x', '')}: {` }),
    ],
    [
      'is refused by its target',
      () => ({ 'bad/other.yaml': 'apiVersion: a/v1\nkind: Nothing\nmetadata: {name: x}\n' }),
    ],
    ['is suddenly empty', () => ({ 'bad/other.yaml': null })],
    [
      'wants the place of another',
      (bench: EngineBench) => ({ 'bad/other.yaml': bench.file('kept', '2') }),
    ],
  ])('one that %s keeps what it has; its neighbour is released', async (_name, files) => {
    await using bench = await createEngineBench();
    await live(bench);
    await bench.push({ ...files(bench), 'good/kept.yaml': bench.file('kept', '2') });
    expect(bench.state('good@dev')).toBe('synced, Synced, Healthy');
    expect([bench.read('kept'), bench.read('other')]).toEqual(['2', '1']);
    expect(bench.state('bad@dev')).toMatch(/^(failed|backing-off), /);
    expect((await bench.api.application(bad)).error).not.toBeNull();
  });

  test('one whose inventory is damaged does not hold up what its neighbour deletes', async () => {
    await using bench = await createEngineBench();
    await live(bench);
    damageInventory(bench);
    await bench.push({ 'good/gone.yaml': null, 'bad/other.yaml': bench.file('other', '2') });
    expect((await bench.api.application(bad)).error?.code).toBe('target.inventory-unreadable');
    expect(bench.state('good@dev')).toBe('synced, Synced, Healthy');
    expect([bench.read('gone'), bench.read('other')]).toEqual([null, '1']);
  });
});

describe('a store that cannot write', () => {
  test('lets nothing be touched, and the application goes on by itself when it can', async () => {
    let isFull = false;
    await using bench = await createEngineBench({
      store: (store) => ({
        ...store,
        transaction: async (body) => {
          if (isFull) throw new Error('database or disk is full');
          return store.transaction(body);
        },
      }),
    });
    await live(bench);
    isFull = true;
    await bench.push({ 'good/kept.yaml': bench.file('kept', '2') });
    expect(bench.read('kept')).toBe('1');
    expect((await bench.api.application({ ...bad, application: 'good' })).error).toMatchObject({
      message: 'database or disk is full',
    });
    isFull = false;
    await bench.look('good@dev');
    expect([bench.read('kept'), bench.state('good@dev')]).toEqual(['2', 'synced, Synced, Healthy']);
  });

  test('answers the person who asks', async () => {
    let isFull = false;
    await using bench = await createEngineBench({
      store: (store) => ({
        ...store,
        transaction: async (body) => {
          if (isFull) throw new Error('database or disk is full');
          return store.transaction(body);
        },
      }),
    });
    await live(bench);
    bench.repository.commit({ 'good/kept.yaml': bench.file('kept', '2') });
    isFull = true;
    await bench.api.refresh({ source: null });
    await bench.engine.queue.idle();
    const outcome = await bench.api.sync({
      application: 'good',
      environment: 'dev',
      actor: 'ada',
      reason: '',
      approve: null,
      retryQuarantined: false,
    });
    expect(outcome).toMatchObject({ kind: 'blocked', message: 'database or disk is full' });
  });
});
