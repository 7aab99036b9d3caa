import { afterAll, expect, test } from 'vitest';
import {
  configuration,
  createEngineBench,
  type EngineBench,
} from '../../../test/support/engine.ts';
import { createTestSandbox } from '../../render/sandbox/sandbox.testing.ts';
import { makeKeys, seedOf } from '../../state/keys.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

const keys = makeKeys();
const engines = { sandbox, seedOf: (id: Parameters<typeof seedOf>[1]) => seedOf(keys, id) };
const shop = { application: 'shop', environment: 'dev' };
const order = { ...shop, actor: 'ada', reason: 'the certificate ends' };

/** A chart that draws, and tells what time it takes it to be. */
function chart(bench: EngineBench, name = 'shop'): Record<string, string> {
  const file = JSON.parse(bench.file('a', '')) as { spec: object };
  const content = '{{ randAlphaNum 20 }} {{ now | unixEpoch }} {{ uuidv4 }}';
  return {
    [`${name}/Chart.yaml`]: 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    [`${name}/templates/a.yaml`]: JSON.stringify({ ...file, spec: { ...file.spec, content } }),
  };
}

async function live(bench: EngineBench): Promise<string> {
  await bench.push({ 'fairlead.yaml': configuration({ shop: {} }), ...chart(bench) });
  const text = bench.read('a');
  if (text === null) throw new Error(bench.state('shop@dev'));
  return text;
}

test('what templates draw stays the same until it is rotated, and is recorded', async () => {
  await using bench = await createEngineBench({ engines });
  const first = await live(bench);
  expect(first).toMatch(/^\w{20} \d{10} [\w-]{36}$/);
  await bench.push({ 'shop/values.yaml': 'a: 1\n' });
  await bench.look('shop@dev');
  expect(bench.read('a')).toBe(first);

  const outcome = await bench.api.rotate(order);
  expect(outcome).toMatchObject({
    kind: 'released',
    release: { actor: 'ada', reason: 'the certificate ends', outcome: 'succeeded' },
  });
  const second = bench.read('a') ?? '';
  for (const [at, part] of second.split(' ').entries()) expect(part).not.toBe(first.split(' ')[at]);
  expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
  expect((await bench.target.ledger.load(shop))?.seed).toMatchObject({
    name: 'shop',
    generation: 1,
  });
  const events = await bench.api.events({ afterSeq: 0, limit: 1_000 });
  expect(events.filter(({ type }) => type === 'application.rotated')).toMatchObject([
    { ...shop, actor: 'ada', message: expect.stringContaining('the certificate ends') },
  ]);

  await bench.push({ 'shop/values.yaml': 'a: 2\n' });
  expect(bench.read('a')).toBe(second);
});

test('a new name of the application draws nothing new', async () => {
  await using bench = await createEngineBench({ engines });
  const first = await live(bench);
  await bench.push({
    'fairlead.yaml': configuration({ store: { path: 'shop', previousNames: ['shop'] } }),
  });
  await bench.push({ 'shop/values.yaml': 'a: 1\n' });
  expect(bench.state('store@dev')).toBe('synced, Synced, Healthy');
  expect(bench.read('a')).toBe(first);
});

test('another application draws something else', async () => {
  await using bench = await createEngineBench({ engines });
  const first = await live(bench);
  const other = Object.fromEntries(
    Object.entries(chart(bench, 'other')).map(([path, text]) => [
      path,
      text.replace('"name":"a"', '"name":"b"').replace(bench.path('a'), bench.path('b')),
    ]),
  );
  await bench.push({ 'fairlead.yaml': configuration({ shop: {}, other: {} }), ...other });
  expect(bench.read('b')).toMatch(/^\w{20} /);
  expect(bench.read('b')?.split(' ')[0]).not.toBe(first.split(' ')[0]);
});

test('what waits for approval after a rotation is not live before it', async () => {
  await using bench = await createEngineBench({ engines });
  const first = await live(bench);
  await bench.push({ 'fairlead.yaml': configuration({ shop: {} }, { sync: 'approve' }) });
  expect(await bench.api.rotate(order)).toMatchObject({ kind: 'waiting' });
  expect(bench.read('a')).toBe(first);
  await bench.look('shop@dev');
  const digest = (await bench.api.application(shop)).plan?.digest ?? '';
  await bench.api.approve({ digest, actor: 'bob' });
  await bench.engine.queue.idle();
  expect(bench.read('a')).not.toBe(first);
});

test('what was never released, or may not be changed, cannot be rotated', async () => {
  await using bench = await createEngineBench({ engines });
  await bench.push({
    'fairlead.yaml': configuration({ shop: {} }, { sync: 'manual' }),
    ...chart(bench),
  });
  await expect(bench.api.rotate(order)).rejects.toMatchObject({ code: 'rotate.nothing' });
  bench.engine.readOnlyReason = 'restored';
  await expect(bench.api.rotate(order)).rejects.toMatchObject({ code: 'rotate.read-only' });
});
