import { describe, expect, test } from 'vitest';
import { breakable } from '../../test/support/breakable.ts';
import { configuration, createEngineBench, hostDocument } from '../../test/support/engine.ts';
import type { EngineBench } from '../../test/support/engine.ts';
import { effectTimedOut } from '../targets/errors.ts';
import { goLive, isKnown, shop } from './shop.testing.ts';

const noAnswer = effectTimedOut({ message: 'no answer' });

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
    await goLive(bench, {});
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
    await goLive(bench, {});
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
    await goLive(bench, {});
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
    await goLive(bench, {});
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
    await goLive(bench, { onFailure: 'stay', retry: { limit: 0 } });
    const fails = { run: ['/bin/sh', '-c', 'exit 1'] };
    await bench.push({ 'shop/migrate.yaml': hostDocument('Command', 'migrate', fails) });
    const setting = (name: string) => bench.store.setting(`application ${name}@dev`);
    expect(await setting('shop')).not.toBeNull();
    await bench.push({ 'fairlead.yaml': renamed(), 'shop/migrate.yaml': null });
    expect(bench.state('store@dev')).toBe('synced, Synced, Healthy');
    expect([await setting('shop'), await setting('store')]).toEqual([null, null]);
  });

  test('and has only announced things under it, which others made under the old one, takes those over', async () => {
    await using bench = await createEngineBench();
    await goLive(bench, {});
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
    await goLive(bench, {});
    await bench.push({ 'fairlead.yaml': renamed() });
    await bench.push({ 'other/a.yaml': bench.file('a', '1') });
    expect(bench.state('other@dev')).toMatch(/^backing-off, /);
    const { error } = await bench.api.application({ ...shop, application: 'other' });
    expect(error?.code).toBe('target.claim-taken');
  });

  test('also when its first release under it fails', async () => {
    const fault = breakable('apply');
    await using bench = await createEngineBench({ target: fault.around });
    await goLive(bench, {});
    fault.error = noAnswer;
    await bench.push({ 'fairlead.yaml': renamed(), 'shop/a.yaml': bench.file('a', '2') });
    expect(bench.state('store@dev')).toMatch(/^backing-off, /);
    fault.error = null;
    await bench.look('store@dev');
    expect([bench.read('a'), bench.state('store@dev')]).toEqual(['2', 'synced, Synced, Healthy']);
    expect(await bench.target.ledger.load(shop)).toBeNull();
  });

  /** `shop` is live, `removed` tells what is deleted of it, and its first release as `store`, which makes `e` as well, fails before all of it is done. */
  async function renamedInVain(removed: string[]): Promise<EngineBench> {
    const fault = breakable('apply', { concerns: ({ id }) => id.name === 'a' });
    const bench = await createEngineBench({
      target: (target) => ({
        ...fault.around(target),
        remove: (effect) => {
          removed.push(effect.id.name);
          return target.remove(effect);
        },
      }),
    });
    await goLive(bench, { onRemoval: 'delete' });
    fault.error = noAnswer;
    await bench.push({
      'fairlead.yaml': renamed({ onRemoval: 'delete' }),
      'shop/0.yaml': bench.file('0', '1'),
      'shop/a.yaml': bench.file('a', '2'),
    });
    fault.error = null;
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
