import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench, type EngineBench } from '../../test/support/engine.ts';

const id = 'shop@dev';
const shop = { application: 'shop', environment: 'dev' };
/** A field that there is not. */
const typo = { colour: 'red' };
const asks = { sync: 'manual', ...typo };

/** Live: what `shop` and `other` have at the first commit. */
async function live(): Promise<EngineBench> {
  const bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({ shop: {}, other: {} }),
    'shop/a.yaml': bench.file('a', '1'),
    'other/b.yaml': bench.file('b', '1'),
  });
  expect([bench.state(id), bench.state('other@dev')]).toEqual([
    'synced, Synced, Healthy',
    'synced, Synced, Healthy',
  ]);
  return bench;
}

describe('an application whose document asks for a person, and has a mistake', () => {
  test('stays as it was, whatever else the same commit says, and the others go on', async () => {
    await using bench = await live();
    await bench.push({
      'fairlead.yaml': configuration({ shop: asks, other: {} }),
      'shop/a.yaml': bench.file('a', '2'),
      'other/b.yaml': bench.file('b', '2'),
    });
    expect([bench.read('a'), bench.read('b')]).toEqual(['1', '2']);
    const { error, message, state, sync } = await bench.api.application(shop);
    expect([state, sync, error?.code]).toEqual(['failed', 'OutOfSync', 'config.document-broken']);
    expect(message).toMatch(/^fairlead\.yaml:\d+: .*colour.*the last good state is kept.*validate/);
  });

  test('stays so with the commits that follow, also after a restart, and drift is healed', async () => {
    await using bench = await live();
    await bench.push({ 'fairlead.yaml': configuration({ shop: asks, other: {} }) });
    await bench.push({ 'shop/a.yaml': bench.file('a', '2') });
    expect(bench.read('a')).toBe('1');
    await bench.restart();
    expect(bench.read('a')).toBe('1');
    await bench.edit('a', 'by hand');
    await bench.look(id);
    expect(bench.read('a')).toBe('1');
    expect(bench.engine.applications.get(id)?.status.error?.code).toBe('config.document-broken');
  });

  test('goes on by what its document says once it is mended', async () => {
    await using bench = await live();
    await bench.push({
      'fairlead.yaml': configuration({ shop: asks, other: {} }),
      'shop/a.yaml': bench.file('a', '2'),
    });
    await bench.push({ 'fairlead.yaml': configuration({ shop: {}, other: {} }) });
    expect(bench.read('a')).toBe('2');
    expect(bench.state(id)).toBe('synced, Synced, Healthy');
    await bench.push({
      'fairlead.yaml': configuration({ shop: asks, other: {} }),
      'shop/a.yaml': bench.file('a', '3'),
    });
    await bench.push({ 'fairlead.yaml': configuration({ shop: { sync: 'manual' }, other: {} }) });
    expect(bench.read('a')).toBe('2');
    expect(bench.engine.applications.get(id)?.status.message).toContain('sync is manual here');
  });

  test('goes where a person sends it', async () => {
    await using bench = await live();
    const commit = await bench.push({ 'shop/a.yaml': bench.file('a', '2') });
    await bench.push({ 'shop/a.yaml': bench.file('a', '3') });
    await bench.push({ 'fairlead.yaml': configuration({ shop: asks, other: {} }) });
    const order = { ...shop, actor: 'ada', reason: 'undo', to: commit, approve: null };
    const { plan } = await planned(bench, commit);
    await bench.api.rollback({ ...order, approve: plan.digest, expiresAtMs: null });
    expect(bench.read('a')).toBe('2');
  });

  test('goes on where it asks for nothing more than what is in force, or cannot be read', async () => {
    await using bench = await live();
    await bench.push({
      'fairlead.yaml': configuration({ shop: typo, other: { sync: 'someday' } }),
      'shop/a.yaml': bench.file('a', '2'),
      'other/b.yaml': bench.file('b', '2'),
    });
    expect([bench.read('a'), bench.read('b')]).toEqual(['2', '2']);
    await bench.push({
      'fairlead.yaml': `${configuration({ shop: {}, other: {} })}\n"`,
      'shop/a.yaml': bench.file('a', '3'),
    });
    expect(bench.read('a')).toBe('3');
    expect(bench.state(id)).toBe('synced, Synced, Healthy');
  });

  test('gives up nothing that another one may want, nor the other way round', async () => {
    await using bench = await live();
    await bench.push({
      'fairlead.yaml': configuration({ shop: asks, other: {} }),
      'shop/c.yaml': bench.file('b', '1'),
      'other/b.yaml': null,
      'other/d.yaml': bench.file('d', '1'),
    });
    expect(bench.read('b')).toBe('1');
    expect(bench.engine.applications.get('other@dev')?.status.message).toContain(
      'could not be rendered',
    );
  });
});

async function planned(bench: EngineBench, revision: string) {
  return { plan: await bench.api.plan({ ...shop, revision, rollback: true }) };
}

test('so does one whose environment asks for a person, and has a mistake', async () => {
  await using bench = await live();
  await bench.push({
    'fairlead.yaml': configuration({ shop: {}, other: {} }, asks),
    'shop/a.yaml': bench.file('a', '2'),
  });
  expect(bench.read('a')).toBe('1');
  expect(bench.engine.applications.get(id)?.status.error?.code).toBe('config.document-broken');
});

test('what gets another name, and has a mistake under that, is not removed', async () => {
  await using bench = await createEngineBench();
  const document = (name: string, more: object): string =>
    JSON.stringify({
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Application',
      metadata: { name },
      spec: { path: 'shop', environments: ['dev'], onRemoval: 'delete', ...more },
    });
  await bench.push({
    'fairlead.yaml': '',
    'fairlead/base.yaml': configuration({}),
    'fairlead/shop.yaml': document('shop', {}),
    'shop/a.yaml': bench.file('a', '1'),
  });
  expect(bench.state(id)).toBe('synced, Synced, Healthy');
  await bench.push({
    'fairlead/shop.yaml': null,
    'fairlead/store.yaml': document('store', { previousNames: ['shop'], ...typo }),
  });
  expect(bench.read('a')).toBe('1');
  await bench.push({ 'fairlead/store.yaml': document('store', { previousNames: ['shop'] }) });
  expect(bench.read('a')).toBe('1');
  expect(bench.state('store@dev')).toBe('synced, Synced, Healthy');
  expect([...bench.engine.applications.keys()]).toEqual(['store@dev']);
});
