import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { playLabel } from '../../src/cluster/kwok.ts';
import { deployment, podTemplate } from '../support/cluster.ts';
import type { KubeObject } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

let shop: KubernetesBench;

beforeEach(async () => {
  shop = await createKubernetesBench();
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const selector = { application: 'shop', environment: 'dev' };
const jobs = 'batch/v1/jobs';

function job(
  name: string,
  annotations: Readonly<Record<string, string>>,
  play: Readonly<Record<string, string>> = {},
): KubeObject {
  const template = podTemplate(name, play);
  template.spec.restartPolicy = 'Never';
  const spec = { backoffLimit: 0, template };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, annotations }, spec };
}

const argo = (phase: string, deletion?: string) => ({
  'argocd.argoproj.io/hook': phase,
  ...(deletion === undefined ? {} : { 'argocd.argoproj.io/hook-delete-policy': deletion }),
});

/** What each release did, the oldest first: `run migrate, create web`. */
async function releases(): Promise<readonly string[]> {
  const list = await shop.bench.api.releases({ ...selector, limit: 20 });
  return list
    .map(({ steps }) =>
      steps.map(({ action, resource }) => `${action} ${resource.split('/').at(-1)}`),
    )
    .map((steps) => steps.join(', '))
    .toReversed();
}

describe('hooks', () => {
  test('run before and after the rest with every change of the source, and never for a heal', async () => {
    const before = job('migrate', argo('PreSync'));
    const after = job('announce', argo('PostSync', 'HookSucceeded'));
    const all = (value: string) => yaml(before, configMap('a', { a: value }), after);
    shop.commit({ 'shop/all.yaml': all('1') });
    await shop.settles();
    expect(await releases()).toEqual(['run migrate, create a, run announce']);
    const first = await shop.live(jobs, 'migrate');
    expect(first.status.succeeded).toBe(1);
    expect(await shop.live(jobs, 'announce')).toBeNull();

    await shop.edit('configmaps', 'a', { data: { a: 'by hand' } });
    await shop.sees(
      'it is healed',
      async () => (await shop.live('configmaps', 'a')).data.a === '1',
    );
    await shop.settles();
    await shop.destroy(jobs, 'migrate');
    await shop.bench.look('shop@dev');
    await shop.settles();
    expect(await releases()).toEqual(['run migrate, create a, run announce', 'update a']);

    shop.commit({ 'shop/all.yaml': all('2') });
    await shop.settles();
    expect((await releases()).at(-1)).toBe('run migrate, update a, run announce');
    expect((await shop.live(jobs, 'migrate')).metadata.uid).not.toBe(first.metadata.uid);
  });

  test('that fail stop the release before anything else is touched, and say why', async () => {
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' })) });
    await shop.settles();
    const failing = job('migrate', argo('PreSync'), { [playLabel]: 'fail' });
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '2' }), failing) });
    await shop.sees('the hook has failed', async () =>
      (shop.bench.engine.applications.get('shop@dev')?.error?.message ?? '').includes('migrate'),
    );
    expect((await shop.live('configmaps', 'a')).data.a).toBe('1');
    const [release] = await shop.bench.api.releases({ ...selector, outcome: 'failed', limit: 1 });
    expect(release?.error?.message).toMatch(/PreSync hook .*Job\/migrate failed: /);
  });

  test("of Helm's for the first release run once, those for upgrades from the second on", async () => {
    const install = job('install', { 'helm.sh/hook': 'pre-install' });
    const upgrade = job('upgrade', { 'helm.sh/hook': 'post-upgrade' });
    const all = (value: string) => yaml(install, upgrade, configMap('a', { a: value }));
    shop.commit({ 'shop/all.yaml': all('1') });
    await shop.settles();
    shop.commit({ 'shop/all.yaml': all('2') });
    await shop.settles();
    expect(await releases()).toEqual([
      'run install, create a, adopt upgrade',
      'update a, run upgrade',
    ]);
  });

  test('for the first release do not run where everything is there already', async () => {
    await shop.kube.post(
      `/apis/apps/v1/namespaces/${shop.namespace}/deployments`,
      deployment('web'),
    );
    const install = job('install', { 'helm.sh/hook': 'pre-install' });
    shop.commit({ 'shop/all.yaml': yaml(install, deployment('web')) });
    await shop.settles();
    expect(await shop.live(jobs, 'install')).toBeNull();
    expect(await releases()).toEqual(['adopt install, adopt web']);
  });

  test('that are not run are named', async () => {
    const cleaner = job('clean', argo('SyncFail'));
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' }), cleaner) });
    await shop.settles();
    const { warnings } = await shop.bench.api.application(selector);
    expect(warnings).toEqual([
      'shop/all.yaml:3: Job/clean is left out: SyncFail hooks are not run',
    ]);
  });
});
