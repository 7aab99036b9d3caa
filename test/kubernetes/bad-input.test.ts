import { expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import { configMap, manifest } from '../support/kube-bench.ts';
import { widgetsOf } from '../support/kubernetes/definition.ts';
import { inTrouble } from '../support/kubernetes/trouble.ts';

/** What people commit by mistake: the application says what is wrong with the name of the thing, and nothing is deleted. */

const { open, started, commit, fails } = inTrouble();

test('a manifest that is not valid names its field and its file, and nothing of that commit is applied', async () => {
  const at = await open();
  await started();
  const web = deployment('web');
  web.metadata.namespace = at.namespace;
  web.spec.replicass = 3;
  const bad = commit({
    'shop/web.yaml': manifest(web),
    'shop/more.yaml': configMap('more', at.namespace),
  });
  const message = await fails('target.manifest-invalid');
  expect(message).toContain('replicass');
  expect(message).toContain('shop/web.yaml');
  await at.bench.settled(bad, 'calm');
  expect(await at.live('configmaps/more')).toBeNull();
  expect(await at.live('configmaps/kept')).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});

test('a kind that the cluster does not have is named, and the application goes on once it has', async () => {
  const at = await open();
  await started();
  const group = `${at.namespace}.example.com`;
  const bad = commit({
    'shop/widget.yaml': manifest({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'one', namespace: at.namespace },
      spec: { size: 3 },
    }),
  });
  expect(await fails('kubernetes.kind-missing')).toContain(`Widget of ${group}/v1`);
  await at.bench.settled(bad, 'calm');
  expect(at.deletes()).toEqual([]);

  await at.kube.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', widgetsOf(group));
  // It looks again by itself.
  await at.bench.settled(bad, 'shop');
  expect((await at.live(`${group}/v1/widgets/one`)).spec.size).toBe(3);
});

test('a definition and what it defines come in one commit, in whatever order their names would have them', async () => {
  const at = await open();
  const group = `${at.namespace}.example.com`;
  const definition = widgetsOf(group);
  await started();
  const good = commit({
    // By name the object would come first.
    'shop/a-widget.yaml': manifest({
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'one', namespace: at.namespace },
      spec: { size: 1 },
    }),
    'shop/z-definition.yaml': manifest(definition),
  });
  await at.bench.settled(good, 'shop', 'calm');
  expect((await at.live(`${group}/v1/widgets/one`)).spec.size).toBe(1);
});

test('a render that is suddenly empty deletes nothing, and half of one waits for a person', async () => {
  const at = await open();
  commit(
    Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [
        `shop/map-${index}.yaml`,
        configMap(`map-${index}`, at.namespace),
      ]),
    ),
  );
  await started();
  const half = commit(
    Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`shop/map-${index}.yaml`, null])),
  );
  const waits = await at.bench.application('shop', 'it waits', (view) => view.waiting !== null);
  expect(waits.waiting?.reason).toMatch(/delete/);
  await at.bench.settled(half, 'calm');
  const empty = commit({
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`shop/map-${index}.yaml`, null]),
    ),
    'shop/kept.yaml': null,
    'shop/README.md': 'Nothing any more.\n',
  });
  await at.bench.application('shop', 'it fails', (view) => view.error !== null);
  await at.bench.settled(empty, 'calm');
  expect(await at.live('configmaps/map-0')).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});

test('a chart that loops, and one that explodes, fail by themselves and take nobody along', async () => {
  const at = await open();
  await started();
  const chart = (template: string): Readonly<Record<string, string | null>> => ({
    'shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'shop/templates/all.yaml': template,
    'shop/kept.yaml': null,
    'fairlead.yaml': at
      .configuration('shop', 'calm')
      .replace('path: shop, ', 'path: shop, timeouts: {render: 3s}, '),
  });
  const loops = '{{ define "f" }}{{ include "f" . }}{{ end }}{{ include "f" . }}';
  const explodes =
    '{{ $x := "aaaaaaaaaaaaaaaa" }}{{ range until 40 }}{{ $x = print $x $x }}{{ end }}{{ $x }}';
  for (const template of [loops, explodes]) {
    const bad = commit(chart(template));
    await at.bench.application(
      'shop',
      'it fails',
      (view) => view.error !== null && /render|chart|memory|nested/i.test(view.error.message),
      60_000,
    );
    await at.bench.settled(bad, 'calm');
  }
  expect(await at.live('configmaps/kept')).not.toBeNull();
  expect(at.deletes()).toEqual([]);
});

test('a ConfigMap of nearly 1 MB is applied, healed and changed; one beyond what the server takes is refused in words', async () => {
  const at = await open();
  await started();
  const big = (letter: string, bytes: number): string =>
    configMap('big', at.namespace, { text: letter.repeat(bytes) });
  const good = commit({ 'shop/big.yaml': big('a', 1_000_000) });
  await at.bench.settled(good, 'shop', 'calm');
  await at.kube.patch(at.path('configmaps/big'), { data: { text: 'by hand' } });
  await at.bench.application('shop', 'drifted or healed', () => true);
  await expect
    .poll(async () => (await at.live('configmaps/big')).data.text.length, { timeout: 20_000 })
    .toBe(1_000_000);
  const bad = commit({ 'shop/big.yaml': big('b', 1_100_000) });
  await at.bench.application('shop', 'too long', ({ error }) => error !== null, 25_000);
  await at.bench.settled(bad, 'calm');
  expect((await at.live('configmaps/big')).data.text[0]).toBe('a');
  expect(at.deletes()).toEqual([]);
});
