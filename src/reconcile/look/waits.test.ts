import { expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../../test/support/engine.ts';
import type { EngineBench } from '../../../test/support/engine.ts';
import { systemClock } from '../../system/clock.ts';
import type { Target } from '../../targets/target.ts';

const shop = { application: 'shop', environment: 'dev' };
const synced = 'synced, Synced, Healthy';

/** A target at which files whose content begins with `slow` do not get healthy. */
function withSlowFiles(target: Target): Target {
  return Object.assign(Object.create(target) as Target, {
    health: (...[live, desired]: Parameters<Target['health']>) =>
      JSON.stringify(desired?.payload ?? null).includes('"slow')
        ? { status: 'Progressing' as const, message: 'is slow' }
        : target.health(live, desired),
  });
}

async function until(what: string, seen: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = systemClock.monotonicMs() + 20_000;
  while (!(await seen())) {
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`not seen within 20 s: ${what}`);
    await systemClock.sleep(10);
  }
}

async function outcomes(bench: EngineBench): Promise<readonly string[]> {
  const releases = await bench.store.releases({ ...shop, limit: 10 });
  return releases.map(({ outcome }) => outcome);
}

const isWaiting = (bench: EngineBench, id: string) => (): boolean =>
  bench.engine.applications.get(id)?.status.message.startsWith('waiting until what changed') ===
  true;

/** With `shop` released and its file slow, and the release waiting for that. */
async function waiting(spec: Readonly<Record<string, unknown>> = {}): Promise<EngineBench> {
  const bench = await createEngineBench({ target: withSlowFiles });
  await bench.push({
    'fairlead.yaml': configuration({ shop: spec }),
    'shop/a.yaml': bench.file('a', 'one'),
  });
  bench.repository.commit({ 'shop/a.yaml': bench.file('a', 'slow') });
  await bench.engine.refresh(null);
  await until('waits', isWaiting(bench, 'shop@dev'));
  return bench;
}

test('however many applications wait for their health, others are released and healed', async () => {
  const slow = Array.from({ length: 6 }, (_, at) => `slow-${at}`);
  await using bench = await createEngineBench({
    target: withSlowFiles,
    engine: { concurrency: 2 },
  });
  const names = [...slow, 'shop'];
  await bench.push({
    'fairlead.yaml': configuration(Object.fromEntries(names.map((name) => [name, {}]))),
    ...Object.fromEntries(names.map((name) => [`${name}/a.yaml`, bench.file(name, 'one')])),
  });
  bench.repository.commit(
    Object.fromEntries(slow.map((name) => [`${name}/a.yaml`, bench.file(name, 'slow')])),
  );
  await bench.engine.refresh(null);
  for (const name of slow) await until(`${name} waits`, isWaiting(bench, `${name}@dev`));

  await bench.edit('shop', 'by hand');
  bench.engine.trigger('shop@dev', 'manual');
  await until('healed', () => bench.read('shop') === 'one');
  bench.repository.commit({ 'shop/a.yaml': bench.file('shop', 'two') });
  await bench.engine.refresh(null);
  await until('released', () => bench.read('shop') === 'two' && bench.state('shop@dev') === synced);
  expect(slow.every((name) => isWaiting(bench, `${name}@dev`)())).toBe(true);
});

test('a newer commit is released at once, while its predecessor is still awaited; that one is no failure', async () => {
  await using bench = await waiting();
  bench.repository.commit({ 'shop/a.yaml': bench.file('a', 'three') });
  await bench.engine.refresh(null);
  await until('released', () => bench.read('a') === 'three' && bench.state('shop@dev') === synced);
  expect(await outcomes(bench)).toEqual(['succeeded', 'superseded', 'succeeded']);
  expect(bench.engine.applications.get('shop@dev')).toMatchObject({
    status: { error: null },
    attempts: { count: 0 },
  });
});

test('a commit that does not concern the application leaves its wait alone', async () => {
  await using bench = await waiting();
  bench.repository.commit({ 'README.md': 'changed\n' });
  await bench.engine.refresh(null);
  await systemClock.sleep(300);
  expect(await outcomes(bench)).toEqual(['running', 'succeeded']);
});

test('a rollback that is asked for while a release waits does not wait for it', async () => {
  await using bench = await waiting();
  const outcome = await bench.api.rollback({
    ...shop,
    to: null,
    actor: 'ada',
    reason: 'it is slow',
    approve: null,
    expiresAtMs: null,
  });
  expect(outcome.kind).toBe('released');
  expect([bench.read('a'), bench.state('shop@dev')]).toEqual(['one', synced]);
  expect(await outcomes(bench)).toEqual(['succeeded', 'superseded', 'succeeded']);
});

test('where a person has to agree to the newer commit, what is live is awaited to its end', async () => {
  await using bench = await waiting({ timeouts: { health: '2s' } });
  const manual = { sync: 'manual', timeouts: { health: '2s' } };
  bench.repository.commit({
    'fairlead.yaml': configuration({ shop: manual }),
    'shop/a.yaml': bench.file('a', 'three'),
  });
  await bench.engine.refresh(null);
  await until('asks', () => bench.state('shop@dev').startsWith('out-of-sync'));
  expect(await outcomes(bench)).toEqual(['failed', 'succeeded']);
});
