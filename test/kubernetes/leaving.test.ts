import { expect, test } from 'vitest';
import { configMap, manifest } from '../support/kube-bench.ts';
import { inTrouble } from '../support/kubernetes/trouble.ts';

/** Namespaces that are not there or on their way out, and objects that do not go. */

const { open, started, commit, fails } = inTrouble();

test('a namespace that is missing is named; with CreateNamespace=true it is made', async () => {
  const at = await open();
  await started();
  const missing = `${at.namespace}-x`;
  const bad = commit({ 'shop/there.yaml': configMap('there', missing) });
  expect(await fails('kubernetes.namespace-missing')).toContain(missing);
  await at.bench.settled(bad, 'calm');
  expect(at.deletes()).toEqual([]);

  const good = commit({
    'shop/there.yaml': configMap('there', missing).replace(
      '"metadata": {',
      '"metadata": {"annotations": {"argocd.argoproj.io/sync-options": "CreateNamespace=true"},',
    ),
  });
  await at.bench.settled(good, 'shop', 'calm');
  expect(await at.kube.find(`/api/v1/namespaces/${missing}/configmaps/there`)).not.toBeNull();
});

test('a namespace that is missing is waited for, and what somebody else makes is used', async () => {
  const at = await open();
  await started();
  const missing = `${at.namespace}-y`;
  const good = commit({ 'shop/there.yaml': configMap('there', missing) });
  expect(await fails('kubernetes.namespace-missing')).toContain(missing);
  await at.kube.post('/api/v1/namespaces', { metadata: { name: missing } });
  await at.bench.settled(good, 'shop', 'calm');
  expect(await at.kube.find(`/api/v1/namespaces/${missing}/configmaps/there`)).not.toBeNull();
});

test('in a namespace that is being deleted nothing is made, and that is said; once it is gone all is made anew', async () => {
  const at = await open();
  await started();
  const other = await at.kube.namespace('leaving');
  await at.kube.post(`/api/v1/namespaces/${other}/configmaps`, {
    metadata: { name: 'holds-up', finalizers: ['example.com/hold'] },
  });
  await at.kube.delete(`/api/v1/namespaces/${other}`);
  const bad = commit({
    'shop/other.yaml':
      manifest({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } }) +
      configMap('there', other),
  });
  await at.bench.application(
    'shop',
    'the namespace is leaving',
    ({ error, message }) =>
      new RegExp(`${other}.*being deleted|terminat`, 'i').test(error?.message ?? message),
    25_000,
  );
  await at.bench.settled(bad, 'calm');
  await at.kube.patch(`/api/v1/namespaces/${other}/configmaps/holds-up`, {
    metadata: { finalizers: null },
  });
  await at.bench.settled(bad, 'shop');
  expect(await at.kube.find(`/api/v1/namespaces/${other}/configmaps/there`)).not.toBeNull();
});

test('an object that does not go because of a finalizer is named with it, and stays in the inventory until it is gone', async () => {
  const at = await open({ more: ', timeouts: { apply: 3s }' });
  await started();
  commit({
    'shop/a.yaml': configMap('a', at.namespace),
    'shop/b.yaml': configMap('b', at.namespace),
    'shop/c.yaml': configMap('c', at.namespace),
    'shop/d.yaml': configMap('d', at.namespace),
    'shop/e.yaml': configMap('e', at.namespace),
  });
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop');
  await at.kube.patch(at.path('configmaps/a'), { metadata: { finalizers: ['example.com/hold'] } });
  const without = commit({ 'shop/a.yaml': null });
  await at.bench.application(
    'shop',
    'it says so while it waits',
    ({ state, message }) =>
      state === 'applying' &&
      message.includes('ConfigMap/a does not go yet: waits for the finalizer example.com/hold'),
    30_000,
  );
  await at.bench.application(
    'shop',
    'it says what holds it up',
    ({ error, message }) => (error?.message ?? message).includes('example.com/hold'),
    30_000,
  );
  await at.bench.settled(without, 'calm');
  expect(await at.live('configmaps/a')).toMatchObject({
    metadata: { finalizers: ['example.com/hold'] },
  });
  await at.kube.patch(at.path('configmaps/a'), { metadata: { finalizers: null } });
  await at.bench.settled(without, 'shop');
  expect(await at.live('configmaps/a')).toBeNull();
});
