import { afterAll, beforeAll, expect, test } from 'vitest';
import { openKube } from '../support/cluster.ts';
import type { Kube, KubeObject } from '../support/cluster.ts';
import { openOwnCluster } from '../support/own-cluster.ts';
import type { OwnCluster } from '../support/own-cluster.ts';
import { until } from '../support/program.ts';
import { openExample } from './example.ts';
import type { Ended, Example } from './example.ts';

/** The examples for a cluster, each as a reader has it: with a cluster, and nothing else than what its folder holds. */

let own: OwnCluster;
let kube: Kube;

beforeAll(async () => {
  own = await openOwnCluster('examples');
  kube = openKube(own.record);
}, 300_000);

afterAll(async () => {
  await own?.[Symbol.asyncDispose]();
}, 60_000);

/** Some thirty commands, one after the other. */
const limitMs = 600_000;

/** Names of the objects of a kind, in order. */
async function names(path: string): Promise<readonly string[]> {
  const { items } = await kube.get(path);
  return items.map((one: KubeObject) => one.metadata.name as string);
}

const deployment = (namespace: string, name: string): Promise<KubeObject> =>
  kube.find(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);

const job = (namespace: string, name: string): Promise<KubeObject> =>
  kube.find(`/apis/batch/v1/namespaces/${namespace}/jobs/${name}`);

/** Approves the one plan of an application as it is now. */
async function approve(example: Example, selector: string): Promise<Ended> {
  const planned = await example.fairlead('plan', selector, '-o', 'json');
  const { items } = JSON.parse(planned.stdout) as { items: readonly { digest: string }[] };
  return example.fairlead('approve', items[0]?.digest ?? '');
}

/** Has a controller do once what it does by itself. `7`: somebody is waited for. */
async function once(example: Example, code: 0 | 7): Promise<void> {
  expect(await example.fairlead('up', '--once')).toMatchObject({ code });
}

async function takenAway(example: Example): Promise<void> {
  example.withoutApplications();
  await example.commit('Nothing any more');
  expect(await example.fairlead('sync', '--no-input')).toMatchObject({ code: 7 });
  expect(await example.fairlead('sync', '--yes')).toMatchObject({ code: 0 });
}

test(
  'examples/helm goes live by its values, migrates with each change, and is taken away',
  async () => {
    await using example = await openExample('helm', '', own.record);
    expect(await example.fairlead('validate')).toMatchObject({ code: 0 });
    const plan = await example.fairlead('plan', 'podinfo@dev', '--exit-code');
    expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining('4 to create') });
    expect(await names('/api/v1/namespaces')).not.toContain('podinfo-dev');

    await once(example, 7);
    const dev = await deployment('podinfo-dev', 'podinfo');
    expect(dev.status.readyReplicas).toBe(1);
    expect(await deployment('podinfo-prod', 'podinfo')).toBe(null);
    const migrated = await job('podinfo-dev', 'podinfo-migrate');
    expect(migrated.status.succeeded).toBe(1);
    expect(await example.fairlead('plan', 'podinfo@dev', '--exit-code')).toMatchObject({ code: 0 });

    expect(await approve(example, 'podinfo@prod')).toMatchObject({ code: 0 });
    expect((await deployment('podinfo-prod', 'podinfo')).status.readyReplicas).toBe(3);
    const budgets = '/apis/policy/v1/namespaces/podinfo-prod/poddisruptionbudgets';
    expect(await names(budgets)).toEqual(['podinfo']);

    // Values for dev alone: other pods there, and nothing at all in prod.
    example.edit('values/dev.yaml', 'Hello from dev', 'Good morning');
    await example.commit('Another greeting');
    await once(example, 0);
    const config = await kube.get('/api/v1/namespaces/podinfo-dev/configmaps/podinfo');
    expect(config.data).toEqual({ PODINFO_UI_MESSAGE: 'Good morning' });
    const changed = await deployment('podinfo-dev', 'podinfo');
    expect(changed.spec.template.metadata.annotations).not.toEqual(
      dev.spec.template.metadata.annotations,
    );
    const again = await job('podinfo-dev', 'podinfo-migrate');
    expect(again.metadata.uid).not.toBe(migrated.metadata.uid);

    // What is no longer rendered goes, with a yes: every plan for prod waits for one.
    example.edit('values/prod.yaml', 'disruptionBudget: true', 'disruptionBudget: false');
    await example.commit('Without a budget');
    expect(await approve(example, 'podinfo@prod')).toMatchObject({ code: 0 });
    expect(await names(budgets)).toEqual([]);

    // The chart says what values are good; others change nothing.
    example.edit('values/dev.yaml', 'Good morning', '""');
    await example.commit('No greeting');
    const refused = await example.fairlead('sync', 'podinfo@dev');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('message') });
    expect((await kube.get('/api/v1/namespaces/podinfo-dev/configmaps/podinfo')).data).toEqual(
      config.data,
    );

    await takenAway(example);
    expect(await deployment('podinfo-dev', 'podinfo')).toBe(null);
    expect(await deployment('podinfo-prod', 'podinfo')).toBe(null);
    // A namespace that was made on the way is nobody's.
    expect(await names('/api/v1/namespaces')).toContain('podinfo-dev');
  },
  limitMs,
);

test(
  'examples/kustomize goes live by its overlays, is tested after each change, and is taken away',
  async () => {
    await using example = await openExample('kustomize', '', own.record);
    expect(await example.fairlead('validate')).toMatchObject({ code: 0 });
    await once(example, 7);
    const dev = await deployment('catalog-dev', 'catalog');
    expect(dev.status.readyReplicas).toBe(1);
    expect(dev.spec.template.spec.topologySpreadConstraints).toBe(undefined);
    expect((await job('catalog-dev', 'smoke-test')).status.succeeded).toBe(1);

    expect(await approve(example, 'catalog@prod')).toMatchObject({ code: 0 });
    const prod = await deployment('catalog-prod', 'catalog');
    expect(prod.status.readyReplicas).toBe(3);
    expect(prod.spec.template.spec.topologySpreadConstraints).toHaveLength(1);
    expect(await example.fairlead('plan', '--exit-code')).toMatchObject({ code: 0 });

    // New content: a new ConfigMap, the pods change over, and the old one goes without being asked about.
    const configs = async (): Promise<readonly string[]> =>
      (await names('/api/v1/namespaces/catalog-dev/configmaps')).filter((name) =>
        name.startsWith('catalog-'),
      );
    const [before] = await configs();
    example.edit('base/catalog.json', '"sheet"', '"sheet", "painter"');
    await example.commit('Painters');
    await once(example, 7);
    const after = await configs();
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
    const { spec } = await deployment('catalog-dev', 'catalog');
    expect(spec.template.spec.volumes[0].configMap.name).toBe(after[0]);

    await takenAway(example);
    await until(
      'the namespaces are gone',
      async () => !(await names('/api/v1/namespaces')).some((name) => name.startsWith('catalog-')),
      async () => (await names('/api/v1/namespaces')).join(),
      60_000,
    );
  },
  limitMs,
);
