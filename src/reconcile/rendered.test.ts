import { afterAll, expect, test } from 'vitest';
import { configuration, createEngineBench, type EngineBench } from '../../test/support/engine.ts';
import { until } from '../../test/support/program.ts';
import { createTestSandbox, testSeed } from '../render/sandbox/sandbox.testing.ts';

const sandbox = createTestSandbox();
afterAll(() => sandbox[Symbol.asyncDispose]());

const engines = { sandbox, seedOf: testSeed };
const synced = 'synced, Synced, Healthy';

/** Follows the repository while `body` runs. */
async function following(bench: EngineBench, body: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const running = bench.engine.run(stop.signal);
  try {
    await body();
  } finally {
    stop.abort();
    await running;
  }
}

test('an overlay and a chart go live on the target that knows their kinds', async () => {
  await using bench = await createEngineBench({ engines });
  const chart = JSON.parse(bench.file('b', '')) as { spec: object };
  const template = JSON.stringify({
    ...chart,
    spec: { ...chart.spec, content: '{{ .Values.text }}' },
  });
  await bench.push({
    'fairlead.yaml': configuration({
      overlay: {},
      chart: { helm: { valuesFiles: ['/values/{environment}.yaml'] } },
    }),
    'base/kustomization.yaml': 'resources: [a.yaml]\n',
    'base/a.yaml': bench.file('a', 'from a base'),
    'overlay/kustomization.yaml': 'resources: [../base]\n',
    'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
    'chart/templates/b.yaml': template,
    'values/dev.yaml': 'text: from values\n',
  });
  expect([bench.read('a'), bench.read('b')]).toEqual(['from a base', 'from values']);
  await bench.push({ 'values/dev.yaml': 'text: from other values\n' });
  expect(bench.read('b')).toBe('from other values');
});

test('a commit concerns those that read what it changes, and those that looked for what it brings', async () => {
  await using bench = await createEngineBench({ engines, engine: { continuous: true } });
  bench.repository.commit({
    'fairlead.yaml': configuration({ one: {}, two: {} }),
    'base/kustomization.yaml': 'resources: [a.yaml]\n',
    'base/a.yaml': bench.file('a', 'first'),
    'one/kustomization.yaml': 'resources: [../base]\n',
    'two/kustomization.yaml': 'resources: [../missing]\n',
  });
  await following(bench, async () => {
    await until('one is live', () => bench.read('a') === 'first');
    await until('two is known to fail', () => bench.state('two@dev').startsWith('failed'));
    bench.repository.commit({ 'base/a.yaml': bench.file('a', 'second') });
    await until('one has what its base says', () => bench.read('a') === 'second');
    bench.repository.commit({
      'missing/kustomization.yaml': 'resources: [b.yaml]\n',
      'missing/b.yaml': bench.file('b', 'there'),
    });
    await until('two has what it looked for', () => bench.read('b') === 'there');
    await until('two is synced', () => bench.state('two@dev') === synced);
    expect([bench.read('a'), bench.read('b')]).toEqual(['second', 'there']);
  });
});
