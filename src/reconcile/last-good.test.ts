import { describe, expect, test } from 'vitest';
import { breakable } from '../../test/support/breakable.ts';
import { configuration, createEngineBench, type EngineBench } from '../../test/support/engine.ts';
import { errorRecord } from '../model/error.ts';
import type { Observation } from '../model/resource.ts';
import { effectTimedOut } from '../targets/errors.ts';
import { permission } from '../targets/host/errors.ts';
import type { Target } from '../targets/target.ts';

const shop = { application: 'shop', environment: 'dev' };
const synced = 'synced, Synced, Healthy';

/** `shop` is live and healthy while its file says something with "good" in it. */
async function live(bench: EngineBench): Promise<string> {
  const check = {
    name: 'says-good',
    timeout: '5s',
    exec: { argv: ['grep', '-q', 'good', bench.path('a')] },
  };
  const spec = { healthChecks: [check], timeouts: { health: '100ms' } };
  const commit = await bench.push({
    'fairlead.yaml': configuration({ shop: spec }),
    'shop/a.yaml': bench.file('a', 'good 1'),
  });
  // One that is looked at again all the time is seen in the middle of it, too.
  await expect.poll(() => bench.state('shop@dev'), { timeout: 10_000 }).toBe(synced);
  return commit;
}

const sync = { ...shop, actor: 'ada', reason: '', approve: null, retryQuarantined: false };

async function outcomes(bench: EngineBench): Promise<readonly string[]> {
  const releases = await bench.store.releases({ ...shop });
  return releases.map(({ trigger, outcome }) => `${trigger} ${outcome}`).toReversed();
}

describe('a change that does not become healthy', () => {
  test('is undone: the last good revision comes back, and the bad one is remembered at the target', async () => {
    await using bench = await createEngineBench();
    const good = await live(bench);
    const bad = await bench.push({ 'shop/a.yaml': bench.file('a', 'bad') });
    expect(bench.read('a')).toBe('good 1');
    expect(await outcomes(bench)).toEqual([
      'source succeeded',
      'source reverted',
      'revert succeeded',
    ]);
    const inventory = await bench.target.ledger.load(shop);
    expect(inventory).toMatchObject({
      revision: [{ commit: good }],
      quarantine: [{ commit: bad, reason: expect.stringContaining('says-good') }],
    });
    const detail = await bench.api.application(shop);
    expect(detail).toMatchObject({
      state: 'failed',
      sync: 'OutOfSync',
      health: { status: 'Healthy' },
      error: { code: 'release.quarantined' },
    });
  });

  test('is not tried again by itself: not by a look, not by a commit that wants the same', async () => {
    await using bench = await createEngineBench();
    await live(bench);
    await bench.push({ 'shop/a.yaml': bench.file('a', 'bad') });
    await bench.look('shop@dev');
    await bench.push({ 'shop/a.yaml': `# the same\n${bench.file('a', 'bad')}` });
    expect((await outcomes(bench)).length).toBe(3);
    expect(bench.state('shop@dev')).toBe('failed, OutOfSync, Healthy');
  });

  test('drift is healed to the last good revision meanwhile', async () => {
    await using bench = await createEngineBench();
    await live(bench);
    await bench.push({ 'shop/a.yaml': bench.file('a', 'bad') });
    await bench.edit('a', 'by hand');
    await bench.look('shop@dev');
    expect(bench.read('a')).toBe('good 1');
  });

  test('is followed by a correction that goes live, and the last good state moves on', async () => {
    await using bench = await createEngineBench();
    await live(bench);
    await bench.push({ 'shop/a.yaml': bench.file('a', 'bad') });
    const better = await bench.push({ 'shop/a.yaml': bench.file('a', 'good 2') });
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['good 2', synced]);
    expect((await bench.target.ledger.load(shop))?.revision[0]?.commit).toBe(better);
  });

  test('is tried again when a person asks for that', async () => {
    await using bench = await createEngineBench();
    await live(bench);
    await bench.push({ 'shop/a.yaml': bench.file('a', 'bad') });
    await bench.api.sync({ ...sync, retryQuarantined: true });
    await bench.engine.queue.idle();
    expect((await outcomes(bench)).slice(3)).toEqual(['manual reverted', 'revert succeeded']);
  });

  test('is no longer bad where another controller has seen it work since, whatever is still remembered', async () => {
    await using bench = await createEngineBench();
    const good = await live(bench);
    await bench.push({ 'shop/a.yaml': bench.file('a', 'bad') });
    const { ledger } = bench.target;
    const inventory = (await ledger.load(shop))!;
    const { verified } = inventory;
    const quarantine = [{ digest: verified, commit: good, reason: 'it did not work', atMs: 1 }];
    await ledger.save(
      shop,
      { ...inventory, epoch: inventory.epoch + 1, quarantine },
      inventory.epoch,
    );
    await bench.push({ 'shop/a.yaml': bench.file('a', 'good 1') });
    expect(bench.state('shop@dev')).toBe(synced);
    await bench.look('shop@dev');
    expect(bench.state('shop@dev')).toBe(synced);
  });

  test('is undone also when its release was cut off before anybody saw how it is', async () => {
    const fault = breakable('apply', { isDone: true });
    await using bench = await createEngineBench({ target: fault.around });
    await live(bench);
    fault.error = effectTimedOut({ message: 'no answer' });
    await bench.push({ 'shop/a.yaml': bench.file('a', 'bad') });
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual([
      'bad',
      'backing-off, OutOfSync, Healthy',
    ]);
    fault.error = null;
    await bench.look('shop@dev');
    expect(bench.read('a')).toBe('good 1');
    expect(bench.state('shop@dev')).toBe('failed, OutOfSync, Healthy');
  });

  test('is not remembered as bad where only the place did not let it in, and goes live once it does', async () => {
    const fault = breakable('apply');
    await using bench = await createEngineBench({ target: fault.around });
    await live(bench);
    fault.error = permission({ message: 'cannot write: permission denied (EACCES)' });
    await bench.push({ 'shop/a.yaml': bench.file('a', 'good 2') });
    expect(bench.state('shop@dev')).toBe('backing-off, OutOfSync, Healthy');
    expect((await bench.target.ledger.load(shop))?.quarantine).toEqual([]);
    fault.error = null;
    await bench.look('shop@dev');
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['good 2', synced]);
  });

  test('stays where it is when there is nothing to go back to', async () => {
    await using bench = await createEngineBench();
    const check = { name: 'never', timeout: '5s', exec: { argv: ['false'] } };
    await bench.push({
      'fairlead.yaml': configuration({
        shop: { healthChecks: [check], timeouts: { health: '100ms' } },
      }),
      'shop/a.yaml': bench.file('a', '1'),
    });
    expect(bench.state('shop@dev')).toMatch(/^backing-off, /);
    expect((await bench.target.ledger.load(shop))?.quarantine).toEqual([]);
  });
});

describe('invariant 1: a source that fails', () => {
  test('that cannot be read changes nothing, and drift is healed all the same', async () => {
    await using bench = await createEngineBench();
    await live(bench);
    await bench.vanish();
    await bench.engine.once(new AbortController().signal);
    await bench.edit('a', 'by hand');
    await bench.look('shop@dev');
    expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['good 1', synced]);
  });

  test('that does not render keeps the last good state up, and says why', async () => {
    await using bench = await createEngineBench();
    await live(bench);
    await bench.push({ 'shop/a.yaml': 'kind: [' });
    await bench.edit('a', 'by hand');
    await bench.look('shop@dev');
    expect(bench.read('a')).toBe('good 1');
    expect(bench.state('shop@dev')).toBe('failed, OutOfSync, Healthy');
  });

  test.each([
    ['is empty', (): string => '# nothing\n', 'plan.empty-render'],
    [
      'wants one place twice',
      (bench: EngineBench): string =>
        `${bench.file('a', 'good 1')}\n---\n${bench.file('a', 'good 1').replace('"name":"a"', '"name":"b"')}`,
      'plan.claimed-twice',
    ],
  ])(
    'that %s keeps the last good state up, and says why, also to who looks anew',
    async (_, files, code) => {
      await using bench = await createEngineBench();
      await live(bench);
      await bench.push({ 'shop/a.yaml': files(bench) });
      await bench.edit('a', 'by hand');
      await bench.look('shop@dev');
      expect(bench.read('a')).toBe('good 1');
      expect(bench.state('shop@dev')).toBe('failed, OutOfSync, Healthy');
      expect(await bench.api.application(shop)).toMatchObject({
        error: { code },
        live: [{ commit: expect.any(String) }],
        resourceViews: [{ id: { name: 'a' } }],
      });
      // By name it is what it is: no plan of its own.
      await expect(bench.api.plan({ ...shop, revision: 'main' })).rejects.toMatchObject({ code });
    },
  );
});

describe('invariant 11: what watching misses', () => {
  test('is found by a look from scratch, healed, and told as missed', async () => {
    await using bench = await createEngineBench({
      target: (target) => ({ ...target, watch: async () => {} }),
      engine: { continuous: true, verifyEveryMs: 50 },
    });
    await live(bench);
    await bench.edit('a', 'by hand');
    await expect.poll(() => bench.read('a'), { timeout: 10_000 }).toBe('good 1');
    const missed = async (): Promise<unknown> =>
      (await bench.api.events({ afterSeq: 0, limit: 1_000 })).filter(
        ({ type, data }) => type === 'drift.detected' && data['missedByWatching'] === true,
      ).length;
    await expect.poll(missed, { timeout: 10_000 }).toBeGreaterThan(0);
  });

  test('what watching sees is not', async () => {
    await using bench = await createEngineBench({ engine: { continuous: true } });
    await live(bench);
    await bench.edit('a', 'by hand');
    await expect.poll(() => bench.read('a'), { timeout: 10_000 }).toBe('good 1');
    await bench.engine.queue.idle();
    const drift = (await bench.api.events({ afterSeq: 0, limit: 1_000 })).filter(
      ({ type }) => type === 'drift.detected',
    );
    expect(drift.map(({ data }) => data['missedByWatching'])).toEqual([false]);
  });
});

describe('what the place refuses before anything is done', () => {
  test('is tried again, and what is live is healed meanwhile', async () => {
    let isRefusing = true;
    const refusal: Observation = {
      kind: 'absent',
      refused: errorRecord(permission({ message: 'may not make File/new', resource: 'File/new' })),
    };
    const target = (inner: Target): Target => ({
      ...inner,
      read: async (key, references, ...rest) => {
        const found = await inner.read(key, references, ...rest);
        return found.map((observation, at) =>
          isRefusing && references[at]?.id.name === 'new' ? refusal : observation,
        );
      },
    });
    await using bench = await createEngineBench({ target });
    const retry = { backoff: { initial: '300ms' } };
    const good = await bench.push({
      'fairlead.yaml': configuration({ shop: { retry } }),
      'shop/a.yaml': bench.file('a', '1'),
    });
    await bench.push({ 'shop/new.yaml': bench.file('new', '1') });
    const seen = async () => {
      const { state, sync: how, health, error, live: lives } = await bench.api.application(shop);
      return [state, how, health.status, error?.code, lives?.[0]?.commit];
    };
    const refused = ['backing-off', 'OutOfSync', 'Healthy', 'host.permission', good];
    expect(await seen()).toEqual(refused);
    await bench.edit('a', 'by hand');
    await bench.look('shop@dev');
    expect([bench.read('a'), bench.read('new')]).toEqual(['1', null]);
    expect(await seen()).toEqual(refused);
    isRefusing = false;
    await expect.poll(() => bench.state('shop@dev'), { timeout: 10_000 }).toBe(synced);
    expect(bench.read('new')).toBe('1');
  });
});
