import { expect, test } from 'vitest';
import { configMap } from '../support/kube-bench.ts';
import { refuseConfigMaps } from '../support/kubernetes/admission.ts';
import { inTrouble } from '../support/kubernetes/trouble.ts';

/** What is not an application's own it neither changes nor deletes, whatever it is labelled. */

const { open, started, commit, fails } = inTrouble();

test('what one application owns the other one neither changes nor deletes', async () => {
  const at = await open();
  await started();
  const bad = commit({ 'shop/calm.yaml': configMap('calm', at.namespace, { at: 'shop' }) });
  expect(await fails('target.claim-taken')).toContain('calm');
  await at.bench.settled(bad, 'calm');
  const good = commit({ 'shop/calm.yaml': null });
  await at.bench.settled(good, 'calm');
  await at.bench.application('shop', 'good again', (view) => view.error === null);
  expect((await at.live('configmaps/calm')).data.at).not.toBe('shop');
  expect(at.deletes()).toEqual([]);
});

test('what moves from one application to another in one commit keeps its UID and is never deleted', async () => {
  const at = await open();
  await started();
  const made = commit({ 'shop/more.yaml': configMap('more', at.namespace, { key: 'old' }) });
  await at.bench.settled(made, 'shop');
  const before = await at.live('configmaps/more');
  const moved = commit({
    'shop/more.yaml': null,
    'calm/more.yaml': configMap('more', at.namespace, { key: 'new' }),
  });
  await at.bench.settled(moved, 'shop', 'calm');
  const live = await at.live('configmaps/more');
  expect(live.metadata.uid).toBe(before.metadata.uid);
  expect(live.data).toEqual({ key: 'new' });
  expect(live.metadata.labels['fairlead.dev/application']).toBe('calm');
  expect(at.deletes()).toEqual([]);
});

test('labels that somebody forged make nobody owner: what the inventory does not know is not touched', async () => {
  const at = await open();
  await started();
  const forged = {
    metadata: {
      name: 'forged',
      labels: {
        'fairlead.dev/managed': 'true',
        'app.kubernetes.io/managed-by': 'fairlead',
        'fairlead.dev/application': 'shop',
      },
      annotations: (await at.live('configmaps/kept')).metadata.annotations ?? {},
    },
    data: { mine: 'yes' },
  };
  const made = await at.kube.post(at.path('configmaps'), forged);
  const good = commit({ 'shop/kept.yaml': configMap('kept', at.namespace, { key: 'new' }) });
  await at.bench.settled(good, 'shop', 'calm');
  const live = await at.live('configmaps/forged');
  expect(live.metadata.uid).toBe(made.metadata.uid);
  expect(live.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  expect(at.deletes()).toEqual([]);
});

test('what somebody makes while it is about to be made here is left as it is, and a person is asked', async () => {
  const at = await open({ proxy: true });
  await started();
  let made: Promise<{ readonly metadata: { readonly uid: string } }> | null = null;
  at.proxy.fault = ({ method, path, query }) => {
    if (method !== 'PATCH' || !path.endsWith('/configmaps/race') || query.has('dryRun'))
      return null;
    made ??= at.kube.post(at.path('configmaps'), {
      metadata: { name: 'race' },
      data: { theirs: 'yes' },
    });
    return { kind: 'delay', ms: 1_000 };
  };
  commit({ 'shop/race.yaml': configMap('race', at.namespace, { key: 'ours' }) });
  await at.bench.application('shop', 'asks', ({ state }) => state === 'awaiting-approval');
  const live = await at.live('configmaps/race');
  expect(made).not.toBeNull();
  expect(live.data).toEqual({ theirs: 'yes' });
  expect(live.metadata.labels).toBeUndefined();
  expect(at.deletes()).toEqual([]);
});

test('what somebody makes in the place of what a release could not make is theirs: neither overwritten nor deleted unasked', async () => {
  const at = await open({ more: ', onFailure: stay, retry: { limit: 1 }' });
  await refuseConfigMaps(at, {
    expression: '!has(object.data) || !("forbidden" in object.data)',
    message: 'no forbidden things here',
  });
  await started();
  commit({
    'shop/new.yaml': configMap('new', at.namespace, { key: 'ours', forbidden: 'yes' }),
  });
  await fails('kubernetes.admission-refused');
  const made = await at.kube.post(at.path('configmaps'), {
    metadata: { name: 'new' },
    data: { key: 'theirs' },
  });
  const wish = configMap('new', at.namespace, { key: 'ours' });
  commit({ 'shop/new.yaml': wish });
  const { message } = await at.bench.application(
    'shop',
    'asks',
    ({ state }) => state === 'awaiting-approval',
  );
  expect(message).toContain('data.key');
  const gone = commit({ 'shop/new.yaml': null });
  await at.bench.application(
    'shop',
    'wants it no more',
    ({ state, revision }) => state === 'synced' && revision[0]?.commit === gone,
  );
  const live = await at.live('configmaps/new');
  expect(live.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  expect(at.deletes()).toEqual([]);
});
