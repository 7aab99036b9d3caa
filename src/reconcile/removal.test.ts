import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';
import type { Files } from '../../test/support/git.ts';
import { goLive, isKnown, shop } from './shop.testing.ts';

const left: Files = { 'fairlead.yaml': configuration({ other: {} }), shop: null };

describe('invariant 8: an application that leaves the configuration', () => {
  test('waits for a person by default, and keeps running until then', async () => {
    await using bench = await createEngineBench();
    await goLive(bench, {});
    await bench.push(left);
    expect(bench.state('shop@dev')).toMatch(/^awaiting-approval, /);
    expect(bench.read('a')).toBe('1');
    const { waiting } = await bench.api.application(shop);
    await bench.api.approve({ digest: waiting!.digest, actor: 'ada' });
    await bench.engine.queue.idle();
    expect([bench.read('a'), bench.read('d')]).toEqual([null, '1']);
    expect(isKnown(bench)).toBe(false);
    expect(await bench.target.ledger.load(shop)).toBeNull();
  });

  test('is deleted at once where it said so', async () => {
    await using bench = await createEngineBench();
    await goLive(bench, { onRemoval: 'delete' });
    await bench.push(left);
    expect([bench.read('a'), isKnown(bench)]).toEqual([null, false]);
  });

  test('is left running and forgotten where it said so', async () => {
    await using bench = await createEngineBench();
    await goLive(bench, { onRemoval: 'orphan' });
    await bench.push(left);
    expect([bench.read('a'), isKnown(bench)]).toEqual(['1', false]);
    expect(await bench.target.ledger.load(shop)).toBeNull();
  });

  test('is left running also by a controller that never read that it says so', async () => {
    await using bench = await createEngineBench();
    await goLive(bench, {});
    // Said later, with nothing else to do: the record learns of it all the same.
    await bench.push({
      'fairlead.yaml': configuration({ shop: { onRemoval: 'orphan' }, other: {} }),
    });
    bench.repository.commit(left);
    await bench.restart();
    expect([bench.read('a'), isKnown(bench)]).toEqual(['1', false]);
    expect(await bench.target.ledger.load(shop)).toBeNull();
  });

  test('is asked about by a controller that never read that it is to be deleted', async () => {
    await using bench = await createEngineBench();
    await goLive(bench, { onRemoval: 'delete' });
    bench.repository.commit(left);
    await bench.restart();
    expect(bench.state('shop@dev')).toMatch(/^awaiting-approval, /);
    expect(bench.read('a')).toBe('1');
  });

  test('that is on hold is left running and forgotten when the hold ends, and no sooner', async () => {
    await using bench = await createEngineBench();
    await goLive(bench, { onRemoval: 'orphan' });
    const order = { ...shop, actor: 'ada', reason: 'wait', expiresAtMs: null };
    await bench.api.hold(order);
    await bench.push(left);
    expect([bench.read('a'), isKnown(bench)]).toEqual(['1', true]);
    expect(await bench.target.ledger.load(shop)).not.toBeNull();
    await bench.api.resume({ ...shop, actor: 'ada' });
    await bench.engine.queue.idle();
    expect([bench.read('a'), isKnown(bench)]).toEqual(['1', false]);
    expect(await bench.target.ledger.load(shop)).toBeNull();
  });

  test('is not removed by a configuration that is not understood as a whole', async () => {
    await using bench = await createEngineBench();
    await goLive(bench, { onRemoval: 'delete' });
    await bench.push({ 'fairlead.yaml': `${configuration({ other: {} })}\n---\n{: nonsense` });
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['1', 'synced, Synced, Healthy']);
  });
});

const emptyInventory = {
  formatVersion: 1,
  application: 'shop',
  applicationUid: 'app-1',
  environment: 'dev',
  epoch: 1,
  revision: [],
  verified: '',
  release: null,
  quarantine: [],
  entries: [],
} as const;

describe('an inventory that no application of the configuration answers for', () => {
  test.each([
    ['of this installation and repository counts as removed', {}, '', true],
    ['of another installation is left alone', { installation: 'another' }, '', false],
    [
      'of another repository is left alone',
      { repository: 'https://example.com/other.git' },
      '',
      false,
    ],
    [
      'is left alone while a document cannot be read that may be its application',
      {},
      '\n---\nnobody: knows what this is\n',
      false,
    ],
  ])('%s', async (_name, parts, more, isRemoved) => {
    await using bench = await createEngineBench();
    const own = { installation: 'bench', repository: bench.repository.directory };
    await bench.target.ledger.save(shop, { ...emptyInventory, ...own, ...parts }, null);
    await bench.push({
      'fairlead.yaml': `${configuration({ other: {} })}${more}`,
      'other/d.yaml': bench.file('d', '1'),
    });
    expect((await bench.target.ledger.load(shop)) === null).toBe(isRemoved);
    expect(bench.state('other@dev')).toBe('synced, Synced, Healthy');
  });
});

describe('an inventory that turns up later, from a controller that came back late', () => {
  test('is found without a change of the configuration', async () => {
    await using bench = await createEngineBench({
      engine: { continuous: true, verifyEveryMs: 100 },
    });
    bench.repository.commit({
      'fairlead.yaml': configuration({ other: {} }),
      'other/d.yaml': bench.file('d', '1'),
    });
    const stop = new AbortController();
    const running = bench.engine.run(stop.signal);
    try {
      await expect.poll(() => bench.read('d'), { timeout: 10_000 }).toBe('1');
      const own = { installation: 'bench', repository: bench.repository.directory };
      await bench.target.ledger.save(shop, { ...emptyInventory, ...own }, null);
      // It owns nothing, so that knowing it is forgetting it.
      const stored = (): Promise<unknown> => bench.target.ledger.load(shop);
      await expect.poll(stored, { timeout: 10_000 }).toBeNull();
    } finally {
      stop.abort();
      await running;
    }
  });
});
