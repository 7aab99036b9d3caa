import { describe, expect, test } from 'vitest';
import { configuration, createEngineBench, failingProcess } from '../../test/support/engine.ts';
import type { EngineBench } from '../../test/support/engine.ts';

/** Live: `a.yaml` and `b.yaml` belong to `shop`, `c.yaml` to `other`. */
async function live(spec: Readonly<Record<string, unknown>> = {}): Promise<EngineBench> {
  const bench = await createEngineBench();
  await bench.push({
    'fairlead.yaml': configuration({ shop: spec, other: {} }),
    'shop/a.yaml': bench.file('a', '1'),
    'shop/b.yaml': bench.file('b', '1'),
    'other/c.yaml': bench.file('c', '1'),
  });
  expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
  return bench;
}

/** One commit takes `b` from `shop` and gives it to `other`. */
async function move(bench: EngineBench, content: string): Promise<void> {
  await bench.push({ 'shop/b.yaml': null, 'other/b.yaml': bench.file('b', content) });
}

/** What a person is shown who plans `other` by the newest commit, before anybody has acted on it. */
async function planOfOther(bench: EngineBench) {
  await bench.engine.load();
  const { plans } = await bench.api.plan({
    application: 'other',
    environment: 'dev',
    revision: null,
  });
  const changes = plans.flatMap((plan) => plan.changes);
  return {
    changes: changes.map(({ action, id }) => `${action} ${id.name}`),
    guards: plans.flatMap((plan) => plan.guards),
  };
}

async function freezeOther(bench: EngineBench): Promise<void> {
  const why = { actor: 'ada', reason: 'disk', expiresAtMs: null };
  await bench.api.hold({ application: 'other', environment: 'dev', ...why });
}

async function resumeOther(bench: EngineBench): Promise<void> {
  await bench.api.resume({ application: 'other', environment: 'dev', actor: 'ada' });
  await bench.engine.queue.idle();
}

/** The applications that have it on record. */
async function owners(bench: EngineBench, name: string): Promise<readonly string[]> {
  const { ledger } = bench.target;
  const found: string[] = [];
  for (const key of await ledger.list()) {
    const { entries = [] } = (await ledger.load(key)) ?? {};
    if (entries.some(({ id }) => id.name === name)) found.push(key.application);
  }
  return found.toSorted();
}

async function steps(bench: EngineBench): Promise<readonly string[]> {
  const releases = await bench.api.releases({ limit: 20 });
  return releases.flatMap(({ application, steps: made }) =>
    made.map(({ action, resource }) => `${application} ${action} ${resource.split('/').at(-1)}`),
  );
}

async function deleted(bench: EngineBench): Promise<readonly string[]> {
  return (await steps(bench)).filter((step) => step.includes(' delete '));
}

describe('what moves from one application to another in one commit', () => {
  test('is planned as what it will be, before anybody has given it up', async () => {
    await using bench = await live();
    bench.repository.commit({
      'shop/a.yaml': null,
      'shop/b.yaml': null,
      'shop/new.yaml': bench.file('new', '1'),
      'other/a.yaml': bench.file('a', '1'),
      'other/b.yaml': bench.file('b', '2'),
    });
    const { changes, guards } = await planOfOther(bench);
    expect(changes).toEqual(['adopt a', 'update b']);
    expect(guards).toEqual([]);
    expect(await owners(bench, 'b')).toEqual(['shop']);
  });

  test('is planned so also where the one that has it gets another name in the same commit', async () => {
    await using bench = await live();
    bench.repository.commit({
      'fairlead.yaml': configuration({
        store: { path: 'shop', previousNames: ['shop'] },
        other: {},
      }),
      'shop/b.yaml': null,
      'other/b.yaml': bench.file('b', '2'),
    });
    const { changes, guards } = await planOfOther(bench);
    expect(changes).toEqual(['update b']);
    expect(guards).toEqual([]);
  });

  test('is still told to be taken where the one that has it does not give it up', async () => {
    await using bench = await live();
    bench.repository.commit({ 'other/b.yaml': bench.file('b', '2') });
    await bench.engine.load();
    await expect(
      bench.api.plan({ application: 'other', environment: 'dev', revision: null }),
    ).rejects.toMatchObject({ code: 'target.claim-taken' });
  });

  test('is given up by the one and adopted by the other, and never deleted', async () => {
    await using bench = await live();
    await move(bench, '1');
    await bench.engine.queue.idle();
    expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
    expect(bench.state('other@dev')).toBe('synced, Synced, Healthy');
    expect(await deleted(bench)).toEqual([]);
    expect(await steps(bench)).toContain('other adopt b');
    const owned = await bench.target.ledger.load({ application: 'shop', environment: 'dev' });
    expect(owned?.entries.map(({ id }) => id.name)).toEqual(['a']);
  });

  test('may be changed by the same commit, without a question', async () => {
    await using bench = await live();
    await move(bench, '2');
    await bench.engine.queue.idle();
    expect(bench.state('other@dev')).toBe('synced, Synced, Healthy');
    expect(bench.read('b')).toBe('2');
    expect(await deleted(bench)).toEqual([]);
  });

  test('goes with an application that leaves only as far as nobody else wants it', async () => {
    await using bench = await live({ onRemoval: 'delete' });
    await bench.push({
      'fairlead.yaml': configuration({ other: {} }),
      shop: null,
      'other/b.yaml': bench.file('b', '1'),
    });
    await bench.engine.queue.idle();
    expect([bench.read('a'), bench.read('b')]).toEqual([null, '1']);
    expect(bench.state('other@dev')).toBe('synced, Synced, Healthy');
    expect(await deleted(bench)).toEqual(['shop delete a']);
  });

  test('stays with the one that has it while both want it', async () => {
    await using bench = await live();
    await bench.push({ 'other/b.yaml': bench.file('b', '2') });
    expect(bench.engine.applications.get('other@dev')?.status.error?.code).toBe(
      'target.claim-taken',
    );
    expect(bench.read('b')).toBe('1');
    // It is let go later, and goes over then.
    await bench.push({ 'shop/b.yaml': null });
    await bench.engine.queue.idle();
    expect(bench.state('other@dev')).toBe('synced, Synced, Healthy');
    expect(bench.read('b')).toBe('2');
    expect(await deleted(bench)).toEqual([]);
  });

  test('is deleted after all where the other one wants it no more', async () => {
    await using bench = await live();
    await bench.push({ 'other/b.yaml': bench.file('b', '1') });
    await bench.push({ 'other/b.yaml': null });
    await bench.push({ 'shop/b.yaml': null });
    await bench.engine.queue.idle();
    expect(bench.read('b')).toBeNull();
  });

  test('is deleted where both stop wanting it in one commit', async () => {
    await using bench = await live();
    await bench.push({ 'other/b.yaml': bench.file('b', '1') });
    await bench.push({ 'shop/b.yaml': null, 'other/b.yaml': null });
    await bench.engine.queue.idle();
    expect(bench.read('b')).toBeNull();
    expect(bench.state('other@dev')).toBe('synced, Synced, Healthy');
  });

  test('stays on record with the one that had it until the other one has it, also over a restart', async () => {
    await using bench = await live();
    await freezeOther(bench);
    await move(bench, '2');
    expect(await owners(bench, 'b')).toEqual(['shop']);
    await bench.restart();
    expect(await owners(bench, 'b')).toEqual(['shop']);
    expect(bench.read('b')).toBe('1');
    await resumeOther(bench);
    expect(bench.state('other@dev')).toBe('synced, Synced, Healthy');
    expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
    expect(bench.read('b')).toBe('2');
    expect(await owners(bench, 'b')).toEqual(['other']);
    expect(await deleted(bench)).toEqual([]);
  });

  test('is deleted by the one that had it where the next commit wants it nowhere', async () => {
    await using bench = await live();
    await freezeOther(bench);
    await move(bench, '1');
    expect(await owners(bench, 'b')).toEqual(['shop']);
    await bench.push({ 'other/b.yaml': null });
    await bench.engine.queue.idle();
    expect(bench.read('b')).toBeNull();
    expect(await owners(bench, 'b')).toEqual([]);
    expect(await steps(bench)).toContain('shop delete b');
  });

  test('stays with the one that had it where the next commit gives it back', async () => {
    await using bench = await live();
    await freezeOther(bench);
    await move(bench, '1');
    await bench.push({ 'shop/b.yaml': bench.file('b', '3'), 'other/b.yaml': null });
    await resumeOther(bench);
    expect(bench.read('b')).toBe('3');
    expect(await owners(bench, 'b')).toEqual(['shop']);
    expect(await deleted(bench)).toEqual([]);
  });

  test('goes to a third one that the next commit names, and is kept from it until then', async () => {
    await using bench = await live();
    await freezeOther(bench);
    await move(bench, '1');
    await bench.push({
      'fairlead.yaml': configuration({ shop: {}, other: {}, third: {} }),
      'other/b.yaml': null,
      'third/b.yaml': bench.file('b', '3'),
    });
    await bench.engine.queue.idle();
    expect(bench.state('third@dev')).toBe('synced, Synced, Healthy');
    expect(bench.read('b')).toBe('3');
    expect(await owners(bench, 'b')).toEqual(['third']);
    expect(await deleted(bench)).toEqual([]);
  });

  test.each([
    ['another application had it', { 'shop/b.yaml': null }],
    ['nobody had it on record', {}],
  ])('stays where what took it over fails for another reason: %s', async (_title, removal) => {
    await using bench = await createEngineBench();
    const isForeign = !('shop/b.yaml' in removal);
    await bench.push({
      'fairlead.yaml': configuration({ shop: {}, other: { timeouts: { health: '1s' } } }),
      'shop/a.yaml': bench.file('a', '1'),
      ...(!isForeign && { 'shop/b.yaml': bench.file('b', '1') }),
      'other/c.yaml': bench.file('c', '1'),
    });
    if (isForeign) await bench.edit('b', '1');
    await bench.push({
      ...removal,
      'other/b.yaml': bench.file('b', '1'),
      'other/fails.yaml': failingProcess('fails'),
    });
    await bench.engine.queue.idle();
    expect(bench.engine.applications.get('other@dev')?.status.state).toBe('failed');
    expect(await steps(bench)).toContain('other delete fails');
    expect(bench.read('b')).toBe('1');
    expect(await owners(bench, 'b')).toEqual(['other']);
    // It goes when the source says so.
    await bench.push({ 'other/b.yaml': null, 'other/fails.yaml': null });
    expect(bench.state('other@dev')).toBe('synced, Synced, Healthy');
    expect(bench.read('b')).toBeNull();
  });
});

describe('what one application no longer has, while another of the commit cannot be rendered', () => {
  const broken = { 'other/d.yaml': 'kind: File\nspec: [\n' };

  test('is not deleted: it may have moved there. It is adopted once the other one is mended', async () => {
    await using bench = await live();
    await bench.push({
      ...broken,
      'shop/b.yaml': null,
      'other/b.yaml': bench.file('b', '1'),
    });
    expect(bench.engine.applications.get('shop@dev')?.status.message).toContain(
      'other@dev could not be rendered',
    );
    expect(await deleted(bench)).toEqual([]);
    await bench.push({ 'other/d.yaml': null });
    expect(await deleted(bench)).toEqual([]);
    expect(await owners(bench, 'b')).toEqual(['other']);
    expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
  });

  test('is deleted once the other one says that it does not want it', async () => {
    await using bench = await live();
    await bench.push({ ...broken, 'shop/b.yaml': null });
    expect(await deleted(bench)).toEqual([]);
    await bench.push({ 'other/d.yaml': null });
    expect(await deleted(bench)).toEqual(['shop delete b']);
  });

  test('is deleted when a person says so', async () => {
    await using bench = await live();
    await bench.push({ ...broken, 'shop/b.yaml': null });
    const waiting = bench.engine.applications.get('shop@dev')?.pending.plan;
    await bench.api.approve({ digest: waiting!.digest, actor: 'ada' });
    await bench.engine.queue.idle();
    expect(await deleted(bench)).toEqual(['shop delete b']);
  });
});
