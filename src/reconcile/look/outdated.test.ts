import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../../test/support/engine.ts';

const key = { application: 'site', environment: 'dev' };

/**
 * The state folder is one of yesterday: live, and on record at the target, is what a release made that it never heard of.
 * The repository is gone.
 */
async function yesterday() {
  const bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({ site: {} }),
    'site/a.json': bench.file('a', 'of yesterday'),
    'site/b.json': bench.file('b', 'of yesterday'),
  });
  const { ledger } = bench.target;
  const inventory = (await ledger.load(key))!;
  const today = { ...inventory, release: 'unheard-of', epoch: inventory.epoch + 1 };
  await ledger.save(key, today, inventory.epoch);
  await bench.edit('a', 'of today');
  await bench.vanish();
  await bench.restart();
  return bench;
}

test('what a release made that the state folder does not know is left alone while the repository is away', async () => {
  await using bench = await yesterday();
  expect(bench.read('a')).toBe('of today');
  const view = await bench.api.application(key);
  expect(view.state).toBe('read-only');
  expect(view.message).toContain('unheard-of is live');
  expect(view.message).toContain('fairlead resume --all');
  await bench.look('site@dev');
  expect(bench.read('a')).toBe('of today');
  expect(await bench.target.ledger.load(key)).toMatchObject({ release: 'unheard-of' });
});

test('it is as Git says as soon as the repository has answered, without a person', async () => {
  await using bench = await yesterday();
  await rename(join(bench.folder, 'vanished'), bench.repository.directory);
  await bench.push({ 'site/a.json': bench.file('a', 'of tomorrow'), 'site/b.json': null });
  expect(bench.read('a')).toBe('of tomorrow');
  expect(bench.read('b')).toBeNull();
  expect(bench.state('site@dev')).toBe('synced, Synced, Healthy');
});

test('it is as Git says as soon as the repository has answered that nothing is new', async () => {
  await using bench = await yesterday();
  await rename(join(bench.folder, 'vanished'), bench.repository.directory);
  await bench.engine.once(new AbortController().signal);
  expect(bench.read('a')).toBe('of yesterday');
  expect(bench.state('site@dev')).toBe('synced, Synced, Healthy');
});

test('what people agreed to before counts no more, what they agree to since does', async () => {
  await using bench = await createEngineBench();
  const asks = configuration({ site: {} }, { sync: 'approve' });
  const waiting = async (): Promise<string> =>
    (await bench.api.application(key)).waiting?.digest ?? 'nothing waits';
  const agreed = async (content: string): Promise<string> => {
    await bench.push({ 'fairlead.yaml': asks, 'site/a.json': bench.file('a', content) });
    const digest = await waiting();
    await bench.api.approve({ digest, actor: 'ada' });
    await bench.engine.queue.idle();
    expect(bench.read('a')).toBe(content);
    return digest;
  };
  await agreed('1');
  await agreed('2');
  const back = await agreed('1');
  // The folder of yesterday has the yes as it was before it was used up.
  const approvals = await bench.store.approvals(key.application, key.environment, 0);
  const used = approvals.find(({ digest }) => digest === back)!;
  await bench.store.transaction((transaction) =>
    transaction.putApproval({ ...used, expiresAtMs: Date.now() + 60_000_000 }),
  );
  const { ledger } = bench.target;
  const inventory = (await ledger.load(key))!;
  const today = { ...inventory, release: 'unheard-of', epoch: inventory.epoch + 1 };
  await ledger.save(key, today, inventory.epoch);
  await bench.restart();
  await agreed('2');
  await bench.push({ 'site/a.json': bench.file('a', '1') });
  expect([await waiting(), bench.read('a')]).toEqual([back, '2']);
});

test('a person may let it act on what it remembers', async () => {
  await using bench = await yesterday();
  await bench.api.activate({ actor: 'ada' });
  await bench.look('site@dev');
  expect(bench.read('a')).toBe('of yesterday');
});

test('what it released itself goes on being healed while the repository is away', async () => {
  await using bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({ site: {} }),
    'site/a.json': bench.file('a', 'ours'),
  });
  await bench.vanish();
  await bench.edit('a', 'hacked');
  await bench.restart();
  expect(bench.read('a')).toBe('ours');
});
