import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TestRequest } from '../../src/control/api.ts';
import { playLabel } from '../../src/cluster/kwok.ts';
import { createTestSandbox, testSeed } from '../../src/render/sandbox/sandbox.testing.ts';
import type { KubeObject } from '../support/cluster.ts';
import { argo, helm, job, jobs, releasesOf } from '../support/jobs.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

let shop: KubernetesBench;

beforeEach(async () => {
  shop = await createKubernetesBench({
    applications: { shop: { onRemoval: 'delete' }, other: {} },
  });
  shop.commit({ 'other/a.yaml': yaml(configMap('other', { a: '1' })) });
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const selector = { application: 'shop', environment: 'dev' };
const order: TestRequest = { ...selector, actor: 'ann', reason: 'a look' };

const weight = (value: string) => ({ 'helm.sh/hook-weight': value });
const policy = (word: string) => ({ 'helm.sh/hook-delete-policy': word });

/** A test as `helm create` makes one. */
function testPod(name: string, play?: 'fail'): KubeObject {
  const labels = play === undefined ? {} : { [playLabel]: play };
  const containers = [{ name: 'wget', image: 'busybox' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, annotations: helm('test') },
    spec: { restartPolicy: 'Never', containers },
  };
}

test('tests run against what is live when somebody asks, the lower weight first, and release nothing', async () => {
  const first = job('first', helm('test', weight('-1')));
  const second = job('second', helm('test', { ...weight('5'), ...policy('hook-succeeded') }));
  shop.commit({ 'shop/all.yaml': yaml(second, first, configMap('a', { a: '1' })) });
  await shop.settles();
  expect(await shop.live(jobs, 'first')).toBeNull();
  const { tests, revision } = await shop.bench.api.test({ ...order, logs: true });
  expect(tests.map(({ id, result }) => [id.name, result])).toEqual([
    ['first', 'passed'],
    ['second', 'passed'],
  ]);
  expect(tests[0]?.logs[0]).toContain('played by kwok');
  expect(revision[0]?.commit).toBe((await shop.bench.api.application(selector)).live[0]?.commit);
  expect((await shop.live(jobs, 'first')).status.succeeded).toBe(1);
  expect(await shop.live(jobs, 'second')).toBeNull();
  const ended = (await shop.bench.api.events({ afterSeq: 0, limit: 1_000 })).find(
    ({ type }) => type === 'test.ended',
  );
  expect(ended).toMatchObject({ actor: 'ann', message: '2 of 2 tests passed' });

  // What is there is no difference, runs anew when somebody asks again, and goes with the application.
  await shop.bench.look('shop@dev');
  await shop.settles();
  const { uid } = (await shop.live(jobs, 'first')).metadata;
  await shop.bench.api.test(order);
  expect((await shop.live(jobs, 'first')).metadata.uid).not.toBe(uid);
  shop.commit({ 'shop/all.yaml': yaml(second, first, configMap('a', { a: '2' })) });
  await shop.settles();
  expect(await releasesOf(shop)).toEqual(['create a', 'update a']);
  expect(await shop.live(jobs, 'first')).not.toBeNull();
  shop.commit({ shop: null });
  shop.configure({ other: {} });
  await shop.sees('it is gone', async () => !shop.bench.engine.applications.has('shop@dev'));
  expect(await shop.live(jobs, 'first')).toBeNull();
});

test('one that fails ends them, with its output, and takes nothing back', async () => {
  const pod = testPod('connection', 'fail');
  const later = job('later', helm('test', weight('9')));
  shop.commit({ 'shop/all.yaml': yaml(later, pod, configMap('a', { a: '1' })) });
  await shop.settles();
  const { tests } = await shop.bench.api.test(order);
  expect(tests).toMatchObject([
    {
      id: { name: 'connection' },
      result: 'failed',
      message: expect.stringMatching(/^Test hook .*\/Pod\/connection failed: /),
      logs: [expect.stringContaining('played by kwok')],
    },
    { id: { name: 'later' }, result: 'not-run', tookMs: null },
  ]);
  await shop.settles();
  expect(await releasesOf(shop)).toEqual(['create a']);
  expect(await shop.live(jobs, 'later')).toBeNull();
  expect((await shop.live('pods', 'connection')).status.phase).toBe('Failed');
});

test('its output is had also of one that says that it goes when it fails', async () => {
  const probe = job('probe', helm('test', policy('hook-failed')), 'fail');
  shop.commit({ 'shop/all.yaml': yaml(probe, configMap('a', { a: '1' })) });
  await shop.settles();
  const { tests } = await shop.bench.api.test(order);
  expect(tests[0]?.logs[0]).toContain('played by kwok');
  expect(await shop.live(jobs, 'probe')).toBeNull();
});

test('tests that are part of releases run on demand too, and releases take no notice', async () => {
  const applications = { shop: { helm: { tests: true }, onRemoval: 'delete' }, other: {} };
  shop.configure(applications);
  shop.commit({ 'shop/all.yaml': yaml(job('probe', helm('test')), configMap('a', { a: '1' })) });
  await shop.settles();
  const { uid } = (await shop.live(jobs, 'probe')).metadata;
  const { tests } = await shop.bench.api.test(order);
  expect(tests).toMatchObject([{ result: 'passed' }]);
  expect((await shop.live(jobs, 'probe')).metadata.uid).not.toBe(uid);
  await shop.bench.look('shop@dev');
  await shop.settles();
  expect(await releasesOf(shop)).toEqual(['create a, run probe']);
});

test('what is live is tested, also where the source has gone on and could not be released', async () => {
  const good = job('probe', helm('test'));
  shop.commit({ 'shop/all.yaml': yaml(good, configMap('a', { a: '1' })) });
  await shop.settles();
  const live = (await shop.bench.api.application(selector)).live[0]?.commit;
  const broken = job('migrate', argo('PreSync'), 'fail');
  shop.commit({
    'shop/all.yaml': yaml(job('probe', helm('test'), 'fail'), broken, configMap('a', { a: '2' })),
  });
  await shop.sees('it has failed', async () =>
    (shop.bench.engine.applications.get('shop@dev')?.status.error?.message ?? '').includes(
      'migrate',
    ),
  );
  const { tests, revision } = await shop.bench.api.test(order);
  expect(tests).toMatchObject([{ result: 'passed' }]);
  expect(revision[0]?.commit).toBe(live);
});

test('a test that was committed by itself is there at once, and releases nothing', async () => {
  shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' })) });
  await shop.settles();
  const commit = shop.commit({
    'shop/all.yaml': yaml(job('probe', helm('test')), configMap('a', { a: '1' })),
  });
  await shop.settles();
  const { tests, revision } = await shop.bench.api.test(order);
  expect(tests).toMatchObject([{ id: { name: 'probe' }, result: 'passed' }]);
  expect(revision[0]?.commit).toBe(commit);
  expect(await releasesOf(shop)).toEqual(['create a']);
});

test('nothing runs where there is nothing to test, or nothing may run', async () => {
  shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' })) });
  await shop.settles();
  await expect(shop.bench.api.test(order)).rejects.toMatchObject({ code: 'test.not-found' });
  shop.commit({ 'shop/all.yaml': yaml(job('probe', helm('test')), configMap('a', { a: '1' })) });
  await shop.settles();
  await shop.bench.api.hold({ ...selector, actor: 'ben', reason: 'inventory', expiresAtMs: null });
  await expect(shop.bench.api.test(order)).rejects.toThrow('on hold by ben: inventory');
  expect(await shop.live(jobs, 'probe')).toBeNull();
});

test('what `helm test` has left is deleted for one of the same name only after a yes', async () => {
  shop.commit({ 'shop/all.yaml': yaml(job('probe', helm('test')), configMap('a', { a: '1' })) });
  await shop.settles();
  const path = `/apis/batch/v1/namespaces/${shop.namespace}/jobs`;
  const left = await shop.kube.post(path, job('probe', helm('test')));
  await shop.sees(
    'it has ended',
    async () => (await shop.live(jobs, 'probe')).status?.succeeded === 1,
  );
  await expect(shop.bench.api.test(order)).rejects.toMatchObject({
    code: 'test.needs-yes',
    message: expect.stringContaining(
      'left by a hook of Helm; it would be deleted before the test runs',
    ),
  });
  expect((await shop.live(jobs, 'probe')).metadata.uid).toBe(left.metadata.uid);
  const { tests } = await shop.bench.api.test({ ...order, displace: true });
  expect(tests).toMatchObject([{ result: 'passed' }]);
  expect((await shop.live(jobs, 'probe')).metadata.uid).not.toBe(left.metadata.uid);
});

test('the tests of a chart are found, though they are part of no release', async () => {
  await using sandbox = createTestSandbox();
  await using chart = await createKubernetesBench({ engines: { sandbox, seedOf: testSeed } });
  chart.commit({
    'shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'shop/templates/map.yaml': JSON.stringify(configMap('a', { a: '1' })),
    'shop/templates/tests/check.yaml': JSON.stringify(job('check', helm('test'))),
  });
  await chart.settles();
  expect(await chart.live(jobs, 'check')).toBeNull();
  const { tests } = await chart.bench.api.test(order);
  expect(tests.map(({ id, result }) => [id.name, result])).toEqual([['check', 'passed']]);
});
