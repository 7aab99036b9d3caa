import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../../test/support/engine.ts';
import type { Inventory } from '../../model/inventory.ts';

const key = { application: 'site', environment: 'dev' };

/** Somebody else, with what `as` says, has released this very application here. */
async function released(as: Partial<Inventory>) {
  const bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({ site: {} }),
    'site/a.json': bench.file('a', 'theirs'),
    'site/b.json': bench.file('b', 'theirs, too'),
  });
  const inventory = await bench.target.ledger.load(key);
  if (inventory === null) throw new Error('nothing was released');
  await bench.target.ledger.save(
    key,
    { ...inventory, ...as, epoch: inventory.epoch + 1 },
    inventory.epoch,
  );
  return bench;
}

test.each([
  ['another repository', { repository: 'https://git.example.org/other.git' }],
  ['another installation', { installation: 'other' }],
])('what %s released under the same name is left alone until a person says so', async (_, as) => {
  await using bench = await released(as);
  await bench.push({ 'site/a.json': bench.file('a', 'ours'), 'site/b.json': null });
  expect(bench.read('a')).toBe('theirs');
  expect(bench.read('b')).toBe('theirs, too');
  const view = await bench.api.application(key);
  expect(view.state).toBe('read-only');
  expect(view.message).toContain('fairlead resume --all');
  expect(await bench.target.ledger.load(key)).toMatchObject(as);

  await bench.api.activate({ actor: 'ada' });
  await bench.look('site@dev');
  expect(bench.read('a')).toBe('ours');
  expect(await bench.target.ledger.load(key)).toMatchObject({ installation: 'bench' });
});

test('a healthy application of another repository is not written to either', async () => {
  const as = { repository: 'https://git.example.org/other.git' };
  await using bench = await released(as);
  await bench.look('site@dev');
  expect(bench.state('site@dev')).toBe('synced, Synced, Healthy');
  expect(await bench.target.ledger.load(key)).toMatchObject(as);
});
