import { afterEach, beforeEach, expect, test } from 'vitest';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

/** What somebody wrote on an object at the cluster so that it is not deleted. The source knows nothing of it. */

let shop: KubernetesBench;

beforeEach(async () => {
  shop = await createKubernetesBench();
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const marked = (annotations: Readonly<Record<string, string | null>>) => ({
  metadata: { annotations },
});
const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

test.each([
  ["Argo CD's", { 'argocd.argoproj.io/sync-options': 'Prune=false' }],
  ["Flux's", { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' }],
  ["Helm's", { 'helm.sh/resource-policy': 'keep' }],
  ['our own', { 'fairlead.dev/prune': 'disabled' }],
])(
  '%s mark keeps it when it leaves the source, and once it is taken off it goes',
  async (_whose, mark) => {
    const maps = (names: readonly string[]) =>
      yaml(...names.map((name) => configMap(name, { a: '1' })));
    shop.commit({ 'shop/all.yaml': maps(all) });
    await shop.settles();
    await shop.edit('configmaps', 'a', marked(mark));
    shop.commit({ 'shop/all.yaml': maps(all.slice(2)) });
    await shop.settles();
    expect(await shop.live('configmaps', 'a')).not.toBeNull();
    expect(await shop.live('configmaps', 'b')).toBeNull();
    const [name = '', word = ''] = Object.entries(mark)[0] ?? [];
    const { warnings } = await shop.bench.api.application({
      application: 'shop',
      environment: 'dev',
    });
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`ConfigMap/a .*${name}: ${word}`))]);

    await shop.edit('configmaps', 'a', marked({ [name]: null }));
    await shop.sees('it is gone', async () => (await shop.live('configmaps', 'a')) === null);
  },
);

test('what is marked only after it was planned that it goes is not deleted', async () => {
  shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' })) });
  await shop.settles();
  const { uid } = (await shop.live('configmaps', 'a')).metadata;
  await shop.edit('configmaps', 'a', marked({ 'helm.sh/resource-policy': 'keep' }));
  const target = await shop.bench.engine.world.target('cluster');
  const remove = () =>
    target.remove({
      key: { application: 'shop', environment: 'dev' },
      applicationUid: 'shop',
      id: { group: '', kind: 'ConfigMap', namespace: shop.namespace, name: 'a' },
      uid,
      locator: {},
      fence: async () => {},
      signal: new AbortController().signal,
      timeoutMs: 10_000,
    });
  await shop.sees('the mark is seen', async () => {
    const [observation] = await target.read({ application: 'shop', environment: 'dev' }, [
      {
        id: { group: '', kind: 'ConfigMap', namespace: shop.namespace, name: 'a' },
        locator: {},
        uid,
        desired: null,
      },
    ]);
    return observation?.kind === 'present' && observation.live.marks?.kept !== undefined;
  });
  await expect(remove()).rejects.toMatchObject({
    code: 'target.precondition-failed',
    message: expect.stringContaining('helm.sh/resource-policy: keep') as string,
  });
  expect(await shop.live('configmaps', 'a')).not.toBeNull();
});
