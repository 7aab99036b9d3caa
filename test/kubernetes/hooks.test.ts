import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import type { KubeObject } from '../support/cluster.ts';
import { argo, helm, job, jobs, letEnd, releasesOf } from '../support/jobs.ts';
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
describe('hooks', () => {
  test('run before and after the rest with every change of the source, and never for a heal', async () => {
    const before = job('migrate', argo('PreSync'));
    const after = job('announce', argo('PostSync', 'HookSucceeded'));
    const all = (value: string) => yaml(before, configMap('a', { a: value }), after);
    shop.commit({ 'shop/all.yaml': all('1') });
    await shop.settles();
    expect(await releasesOf(shop)).toEqual(['run migrate, create a, run announce']);
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
    expect(await releasesOf(shop)).toEqual(['run migrate, create a, run announce', 'update a']);

    shop.commit({ 'shop/all.yaml': all('2') });
    await shop.settles();
    expect((await releasesOf(shop)).at(-1)).toBe('run migrate, update a, run announce');
    expect((await shop.live(jobs, 'migrate')).metadata.uid).not.toBe(first.metadata.uid);
  });

  test('that fail stop the release before anything else is touched, and say why', async () => {
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' })) });
    await shop.settles();
    const failing = job('migrate', argo('PreSync'), 'fail');
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '2' }), failing) });
    await shop.sees('the hook has failed', async () =>
      (shop.bench.engine.applications.get('shop@dev')?.status.error?.message ?? '').includes(
        'migrate',
      ),
    );
    expect((await shop.live('configmaps', 'a')).data.a).toBe('1');
    const [release] = await shop.bench.api.releases({ ...selector, outcome: 'failed', limit: 1 });
    expect(release?.error?.message).toMatch(/PreSync hook .*Job\/migrate failed: /);
  });

  test('that the server will not take are told before anything is touched', async () => {
    const wrong = job('announce', argo('PostSync'));
    wrong.spec.template.spec.restartPolicy = 'Always';
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' }), wrong) });
    await shop.sees('it is told', async () =>
      /Job\/announce \(shop\/all\.yaml:\d+\): .*restartPolicy/.test(
        shop.bench.engine.applications.get('shop@dev')?.status.error?.message ?? '',
      ),
    );
    expect(await shop.live('configmaps', 'a')).toBeNull();

    // An account and a namespace that the release makes are no reason against it.
    const pod: KubeObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'look', annotations: argo('PostSync') },
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: 'runner',
        containers: [{ name: 'main', image: 'x' }],
      },
    };
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner' } };
    const more = `${shop.namespace}-more`;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: more } };
    const elsewhere = job('elsewhere', {
      ...argo('PostSync'),
      'argocd.argoproj.io/sync-wave': '-1',
    });
    elsewhere.metadata.namespace = more;
    shop.commit({
      'shop/all.yaml': yaml(namespace, account, configMap('a', { a: '1' }), pod, elsewhere),
    });
    await shop.sees('it was made', async () => Boolean(await shop.live('pods', 'look')));
    expect(await shop.kube.find(`/apis/batch/v1/namespaces/${more}/jobs/elsewhere`)).not.toBeNull();
    await shop.kube.delete(`/api/v1/namespaces/${more}`);
  });

  test("of Helm's for the first release run once, those for upgrades from the second on", async () => {
    const install = job('install', helm('pre-install'));
    const upgrade = job('upgrade', helm('post-upgrade'));
    const all = (value: string) => yaml(install, upgrade, configMap('a', { a: value }));
    shop.commit({ 'shop/all.yaml': all('1') });
    await shop.settles();
    shop.commit({ 'shop/all.yaml': all('2') });
    await shop.settles();
    expect(await releasesOf(shop)).toEqual([
      'run install, create a, adopt upgrade',
      'update a, run upgrade',
    ]);
  });

  test('for the first release do not run where everything is there already', async () => {
    await shop.kube.post(
      `/apis/apps/v1/namespaces/${shop.namespace}/deployments`,
      deployment('web'),
    );
    const install = job('install', helm('pre-install'));
    shop.commit({ 'shop/all.yaml': yaml(install, deployment('web')) });
    await shop.settles();
    expect(await shop.live(jobs, 'install')).toBeNull();
    expect(await releasesOf(shop)).toEqual(['adopt install, adopt web']);
  });

  test("of Helm's for a rollback run with one, and those for upgrades do not, but again when it goes forward", async () => {
    const before = job('before', helm('pre-rollback'));
    const upgrade = job('upgrade', helm('pre-upgrade'));
    const all = (value: string) => yaml(before, upgrade, configMap('a', { a: value }));
    const first = shop.commit({ 'shop/all.yaml': all('1') });
    await shop.settles();
    const second = shop.commit({ 'shop/all.yaml': all('2') });
    await shop.settles();
    const ran = (await shop.live(jobs, 'upgrade')).metadata.uid;
    const plan = await shop.bench.api.plan({ ...selector, revision: first, rollback: true });
    expect(plan.plans[0]?.changes.map(({ cause }) => cause)).toEqual([
      `PreSync hook, runs with commit ${first.slice(0, 8)}`,
      'PreSync hook, not for this release',
      expect.stringContaining('data.a'),
    ]);
    await shop.bench.api.rollback({
      ...selector,
      to: first,
      actor: 'ann',
      reason: 'test',
      expiresAtMs: null,
      approve: plan.digest,
    });
    expect(await releasesOf(shop)).toEqual([
      'adopt before, adopt upgrade, create a',
      'adopt before, run upgrade, update a',
      'run before, adopt upgrade, update a',
    ]);
    await shop.bench.api.resume({ ...selector, actor: 'ann' });
    await shop.settles();
    expect((await releasesOf(shop)).at(-1)).toBe('adopt before, run upgrade, update a');
    // For the same commit as before, and not what is left of that run.
    expect((await shop.live(jobs, 'upgrade')).metadata.uid).not.toBe(ran);
    expect((await shop.bench.api.application(selector)).live[0]?.commit).toBe(second);
  });

  test('with generateName have one object each, however often they run', async () => {
    const migrate = job('', argo('PreSync'));
    migrate.metadata = { generateName: 'migrate-', annotations: argo('PreSync') };
    const all = (value: string) => yaml(migrate, migrate, configMap('a', { a: value }));
    shop.commit({ 'shop/all.yaml': all('1') });
    await shop.settles();
    const names = async (): Promise<readonly string[]> =>
      (await shop.kube.get(`/apis/batch/v1/namespaces/${shop.namespace}/jobs`)).items.map(
        ({ metadata }: { metadata: { name: string } }) => metadata.name,
      );
    const first = await names();
    expect(first).toHaveLength(2);
    expect(first.every((name) => /^migrate-[0-9a-f]{10}$/.test(name))).toBe(true);
    shop.commit({ 'shop/all.yaml': all('2') });
    await shop.settles();
    expect(await names()).toEqual(first);
    expect((await releasesOf(shop)).at(-1)).toMatch(/^run migrate-\w+, run migrate-\w+, update a$/);
  });

  test('that run before and after are run twice', async () => {
    const both = job('both', argo('PreSync,PostSync', 'HookSucceeded'));
    shop.commit({ 'shop/all.yaml': yaml(both, configMap('a', { a: '1' })) });
    await shop.settles();
    expect(await releasesOf(shop)).toEqual(['run both, create a, run both']);
    expect(await shop.live(jobs, 'both')).toBeNull();
  });

  test('that are to go when they succeeded are there until the others have run', async () => {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'runner', annotations: helm('pre-install', policy('hook-succeeded')) },
    };
    const install = job('install', helm('pre-install', { 'helm.sh/hook-weight': '5' }), 'pending');
    shop.commit({ 'shop/all.yaml': yaml(account, install, configMap('a', { a: '1' })) });
    await shop.sees('the hook runs', async () => (await shop.live(jobs, 'install')) !== null);
    expect(await shop.live('serviceaccounts', 'runner')).not.toBeNull();
    await shop.sees('it goes on', async () => {
      await letEnd(shop, 'install');
      return (await shop.live('configmaps', 'a')) !== null;
    });
    await shop.settles();
    expect(await shop.live('serviceaccounts', 'runner')).toBeNull();
    expect(await shop.live(jobs, 'install')).not.toBeNull();
  });

  test('that there are not are named', async () => {
    const cleaner = job('clean', helm('post-instal'));
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' }), cleaner) });
    await shop.settles();
    const { warnings } = await shop.bench.api.application(selector);
    expect(warnings).toEqual(['shop/all.yaml:3: Job/clean: Helm has no hook post-instal']);
  });
});

const policy = (word: string) => ({ 'helm.sh/hook-delete-policy': word });
