import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench, type EngineBench } from '../../test/support/engine.ts';
import type { Files } from '../../test/support/git.ts';
import { effectTimedOut } from '../targets/errors.ts';

const shop = { application: 'shop', environment: 'dev' };

/** `shop` with three files is live, beside `other`. */
async function live(bench: EngineBench, spec: Readonly<Record<string, unknown>>): Promise<void> {
  await bench.push({
    'fairlead.yaml': configuration({ shop: spec, other: {} }),
    'shop/a.yaml': bench.file('a', '1'),
    'shop/b.yaml': bench.file('b', '1'),
    'shop/c.yaml': bench.file('c', '1'),
    'other/d.yaml': bench.file('d', '1'),
  });
  expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
}

const left: Files = { 'fairlead.yaml': configuration({ other: {} }), shop: null };

const isKnown = (bench: EngineBench): boolean => bench.engine.applications.has('shop@dev');

describe('invariant 8: an application that leaves the configuration', () => {
  test('waits for a person by default, and keeps running until then', async () => {
    await using bench = await createEngineBench();
    await live(bench, {});
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
    await live(bench, { onRemoval: 'delete' });
    await bench.push(left);
    expect([bench.read('a'), isKnown(bench)]).toEqual([null, false]);
  });

  test('is left running and forgotten where it said so', async () => {
    await using bench = await createEngineBench();
    await live(bench, { onRemoval: 'orphan' });
    await bench.push(left);
    expect([bench.read('a'), isKnown(bench)]).toEqual(['1', false]);
    expect(await bench.target.ledger.load(shop)).toBeNull();
  });

  test('is left running also by a controller that never read that it says so', async () => {
    await using bench = await createEngineBench();
    await live(bench, {});
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
    await live(bench, { onRemoval: 'delete' });
    bench.repository.commit(left);
    await bench.restart();
    expect(bench.state('shop@dev')).toMatch(/^awaiting-approval, /);
    expect(bench.read('a')).toBe('1');
  });

  test('that is on hold is left running and forgotten when the hold ends, and no sooner', async () => {
    await using bench = await createEngineBench();
    await live(bench, { onRemoval: 'orphan' });
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
    await live(bench, { onRemoval: 'delete' });
    await bench.push({ 'fairlead.yaml': `${configuration({ other: {} })}\n---\n{: nonsense` });
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['1', 'synced, Synced, Healthy']);
  });
});

describe('an application that has a new name', () => {
  const store = { ...shop, application: 'store' };
  const renamed = (spec: Readonly<Record<string, unknown>> = {}) =>
    configuration({ store: { path: 'shop', previousNames: ['shop'], ...spec }, other: {} });

  test.each([
    ['alone', () => ({})],
    ['and a change', (bench: EngineBench) => ({ 'shop/a.yaml': bench.file('a', '2') })],
    ['and one resource less', () => ({ 'shop/b.yaml': null })],
  ])('takes over what it owned under the old one: %s', async (_name, files) => {
    await using bench = await createEngineBench();
    await live(bench, {});
    const before = await bench.target.ledger.load(shop);
    await bench.push({ 'fairlead.yaml': renamed(), ...files(bench) });
    expect(bench.state('store@dev')).toBe('synced, Synced, Healthy');
    const after = await bench.target.ledger.load({ ...shop, application: 'store' });
    expect(after?.applicationUid).toBe(before?.applicationUid);
    expect(await bench.target.ledger.load(shop)).toBeNull();
    // Later the old name is dropped from the configuration, and nothing goes with it.
    await bench.push({ 'fairlead.yaml': configuration({ store: { path: 'shop' }, other: {} }) });
    expect([isKnown(bench), bench.read('c')]).toEqual([false, '1']);
  });

  test('stays on hold as it was under the old one, until somebody ends that', async () => {
    await using bench = await createEngineBench();
    await live(bench, {});
    await bench.api.hold({ ...shop, actor: 'ada', reason: 'disk', expiresAtMs: null });
    await bench.push({ 'fairlead.yaml': renamed(), 'shop/a.yaml': bench.file('a', '2') });
    const { state, hold } = await bench.api.application(store);
    expect([bench.read('a'), state, hold]).toMatchObject([
      '1',
      'held',
      { reason: 'disk', key: store },
    ]);
    await bench.api.resume({ ...store, actor: 'ada' });
    await bench.engine.queue.idle();
    expect([bench.read('a'), bench.state('store@dev')]).toEqual(['2', 'synced, Synced, Healthy']);
    expect(await bench.target.ledger.listHolds()).toEqual([]);
  });

  test('has the releases under the old one in its history, and goes back to them', async () => {
    await using bench = await createEngineBench();
    await live(bench, {});
    await bench.push({ 'shop/a.yaml': bench.file('a', '2') });
    await bench.push({ 'fairlead.yaml': renamed() });
    const history = await bench.api.releases(store);
    expect(history.map(({ application }) => application)).toEqual(['shop', 'shop']);
    const [, first] = history;
    const order = { ...store, actor: 'ada', expiresAtMs: null, reason: 'worse', approve: null };
    await bench.api.rollback({ ...order, to: first?.id ?? '' });
    expect(bench.read('a')).toBe('1');
    expect(await bench.api.releases(store)).toMatchObject([store, shop, shop]);
    // A name that is in use again is another application, with a history of its own.
    await bench.push({ 'fairlead.yaml': configuration({ shop: {}, other: {} }) });
    const again = await bench.api.releases({ application: 'shop', environment: 'dev' });
    expect(new Set(again.map(({ application }) => application))).toEqual(new Set(['shop']));
  });

  test('stays at the revision that somebody went back to, and the hold goes over with what it owns', async () => {
    await using bench = await createEngineBench();
    await live(bench, {});
    await bench.push({ 'shop/a.yaml': bench.file('a', '2') });
    const order = { ...shop, actor: 'ada', expiresAtMs: null };
    await bench.api.rollback({ ...order, to: null, reason: 'worse', approve: null });
    await bench.push({ 'fairlead.yaml': renamed(), 'shop/a.yaml': bench.file('a', '3') });
    expect(bench.read('a')).toBe('1');
    expect(await bench.target.ledger.listHolds()).toMatchObject([{ key: store, reason: 'worse' }]);
    // Who takes the old name starts without.
    await bench.push({
      'fairlead.yaml': configuration({ store: { path: 'shop' }, shop: { path: 'new' }, other: {} }),
      'new/e.yaml': bench.file('e', '1'),
    });
    expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
    expect(bench.read('a')).toBe('1');
  });

  test('leaves nothing behind in the store of what failed for good under the old one', async () => {
    await using bench = await createEngineBench();
    await live(bench, { onFailure: 'stay', retry: { limit: 0 } });
    const migrate = { run: ['/bin/sh', '-c', 'exit 1'] };
    await bench.push({
      'shop/migrate.yaml': JSON.stringify({
        apiVersion: 'host.fairlead.dev/v1alpha1',
        kind: 'Command',
        metadata: { name: 'migrate' },
        spec: migrate,
      }),
    });
    const setting = (name: string) => bench.store.setting(`application ${name}@dev`);
    expect(await setting('shop')).not.toBeNull();
    await bench.push({ 'fairlead.yaml': renamed(), 'shop/migrate.yaml': null });
    expect(bench.state('store@dev')).toBe('synced, Synced, Healthy');
    expect([await setting('shop'), await setting('store')]).toEqual([null, null]);
  });

  test('and has only announced things under it, which others made under the old one, takes those over', async () => {
    await using bench = await createEngineBench();
    await live(bench, {});
    const { ledger } = bench.target;
    const made = (await ledger.load(shop))!;
    const announced = made.entries.map((entry) => ({ ...entry, uid: null }));
    const mine = { ...made, entries: announced, application: 'store', applicationUid: 'another' };
    await ledger.save(store, { ...mine, epoch: 1 }, null);
    await bench.push({ 'fairlead.yaml': renamed(), 'shop/a.yaml': bench.file('a', '2') });
    expect([bench.read('a'), bench.state('store@dev')]).toEqual(['2', 'synced, Synced, Healthy']);
    expect(await ledger.load(shop)).toBeNull();
  });

  test('lets nobody else have what it owns', async () => {
    await using bench = await createEngineBench();
    await live(bench, {});
    await bench.push({ 'fairlead.yaml': renamed() });
    await bench.push({ 'other/a.yaml': bench.file('a', '1') });
    expect(bench.state('other@dev')).toMatch(/^backing-off, /);
    const { error } = await bench.api.application({ ...shop, application: 'other' });
    expect(error?.code).toBe('target.claim-taken');
  });

  test('also when its first release under it fails', async () => {
    let isBroken = false;
    await using bench = await createEngineBench({
      target: (target) => ({
        ...target,
        apply: async (effect) => {
          if (isBroken) throw effectTimedOut({ message: 'no answer' });
          return target.apply(effect);
        },
      }),
    });
    await live(bench, {});
    isBroken = true;
    await bench.push({ 'fairlead.yaml': renamed(), 'shop/a.yaml': bench.file('a', '2') });
    expect(bench.state('store@dev')).toMatch(/^backing-off, /);
    isBroken = false;
    await bench.look('store@dev');
    expect([bench.read('a'), bench.state('store@dev')]).toEqual(['2', 'synced, Synced, Healthy']);
    expect(await bench.target.ledger.load(shop)).toBeNull();
  });

  /** `shop` is live, `removed` tells what is deleted of it, and its first release as `store`, which makes `e` as well, fails before all of it is done. */
  async function renamedInVain(removed: string[]): Promise<EngineBench> {
    let isBroken = false;
    const bench = await createEngineBench({
      target: (target) => ({
        ...target,
        apply: async (effect) => {
          if (isBroken && effect.desired.id.name === 'a')
            throw effectTimedOut({ message: 'no answer' });
          return target.apply(effect);
        },
        remove: (effect) => {
          removed.push(effect.id.name);
          return target.remove(effect);
        },
      }),
    });
    await live(bench, { onRemoval: 'delete' });
    isBroken = true;
    await bench.push({
      'fairlead.yaml': renamed({ onRemoval: 'delete' }),
      'shop/0.yaml': bench.file('0', '1'),
      'shop/a.yaml': bench.file('a', '2'),
    });
    isBroken = false;
    expect(bench.state('store@dev')).toMatch(/^backing-off, /);
    expect([await bench.target.ledger.load(shop), bench.read('0')]).toEqual([
      expect.anything(),
      '1',
    ]);
    return bench;
  }

  test('and gets its old one back after a failed release keeps what it has, and loses what only that made', async () => {
    const removed: string[] = [];
    await using bench = await renamedInVain(removed);
    await bench.push({
      'fairlead.yaml': configuration({ shop: { onRemoval: 'delete' }, other: {} }),
      'shop/0.yaml': null,
      'shop/a.yaml': bench.file('a', '1'),
    });
    await bench.look('shop@dev');
    expect(['0', 'a', 'b', 'c'].map((name) => bench.read(name))).toEqual([null, '1', '1', '1']);
    expect(removed).toEqual(['0']);
    expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
    expect(bench.engine.applications.has('store@dev')).toBe(false);
    expect(await bench.target.ledger.load(store)).toBeNull();
  });

  test('and forgets its old one after a failed release keeps everything', async () => {
    const removed: string[] = [];
    await using bench = await renamedInVain(removed);
    await bench.push({
      'fairlead.yaml': configuration({ store: { path: 'shop' }, other: {} }),
    });
    // Nothing is asked either: a yes to taking the former name away would be one to an outage.
    expect([isKnown(bench), await bench.target.ledger.load(shop)]).toEqual([false, null]);
    await bench.look('store@dev');
    expect(['0', 'a', 'b', 'c'].map((name) => bench.read(name))).toEqual(['1', '2', '1', '1']);
    expect(removed).toEqual([]);
    expect(bench.state('store@dev')).toBe('synced, Synced, Healthy');
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

describe('invariant 8: deletes of one commit across applications', () => {
  /** 150 files each in two applications, of which a commit deletes so many each. */
  async function pruned(
    bench: EngineBench,
    deletes: number,
    environment = {},
  ): Promise<readonly string[]> {
    const files: Record<string, string> = {};
    for (const name of ['one', 'two'])
      for (let at = 0; at < 150; at++)
        files[`${name}/${at}.yaml`] = bench.file(`${name}-${at}`, 'x');
    await bench.push({
      'fairlead.yaml': configuration({ one: {}, two: {} }, environment),
      ...files,
    });
    const gone = Object.keys(files).filter((path) => Number(/(\d+)/.exec(path)?.[1]) < deletes);
    await bench.push(Object.fromEntries(gone.map((path) => [path, null])));
    return [bench.state('one@dev'), bench.state('two@dev')];
  }

  const synced = 'synced, Synced, Healthy';

  test('of 50 together need nobody', async () => {
    await using bench = await createEngineBench();
    expect(await pruned(bench, 25)).toEqual([synced, synced]);
  });

  test('of more than 50 together need a person for each, also after the first was confirmed', async () => {
    await using bench = await createEngineBench();
    const waits = expect.stringMatching(/^awaiting-approval, /);
    expect(await pruned(bench, 26)).toEqual([waits, waits]);
    const { waiting } = await bench.api.application({ application: 'one', environment: 'dev' });
    expect(waiting?.reason).toContain('this commit deletes 52 resources');
    await bench.api.approve({ digest: waiting!.digest, actor: 'ada' });
    await bench.engine.queue.idle();
    await bench.look('one@dev');
    await bench.look('two@dev');
    expect(bench.state('one@dev')).toBe(synced);
    expect(bench.state('two@dev')).toEqual(waits);
    expect([bench.read('one-0'), bench.read('two-0')]).toEqual([null, 'x']);
  });

  test('need nobody in an ephemeral environment', async () => {
    await using bench = await createEngineBench();
    expect(await pruned(bench, 26, { ephemeral: true })).toEqual([synced, synced]);
  });
});
