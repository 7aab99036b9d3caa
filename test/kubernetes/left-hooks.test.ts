import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../support/cluster.ts';
import { argo, helm, job, jobs, letEnd, releasesOf } from '../support/jobs.ts';
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

/** Another tool makes an object. */
async function leaves(object: KubeObject, resource = '/apis/batch/v1', plural = 'jobs') {
  return shop.kube.post(`${resource}/namespaces/${shop.namespace}/${plural}`, object);
}

const hasEnded = async (name: string): Promise<void> =>
  shop.sees(
    `${name} has ended`,
    async () => (await shop.live(jobs, name))?.status?.succeeded === 1,
  );

const waiting = () => shop.bench.engine.applications.get('shop@dev')?.pending.waiting ?? null;

async function agrees(): Promise<string> {
  await shop.sees('it waits', async () => waiting() !== null);
  const { digest = '', reason = '' } = waiting() ?? {};
  await shop.bench.api.approve({ digest, actor: 'ann' });
  return reason;
}

const says = (words: string): Promise<void> =>
  shop.sees(`it says ${words}`, async () =>
    (shop.bench.engine.applications.get('shop@dev')?.status.message ?? '').includes(words),
  );

describe('what another tool has left under the name of a hook', () => {
  test('by a hook goes before the hook runs, once a person has agreed to that', async () => {
    const left = await leaves(job('migrate', argo('PreSync')));
    await hasEnded('migrate');
    const all = (value: string) =>
      yaml(job('migrate', argo('PreSync')), configMap('a', { a: value }));
    shop.commit({ 'shop/all.yaml': all('1') });
    await shop.sees('it waits', async () => waiting() !== null);
    const { plans } = await shop.bench.api.plan({ ...selector, revision: null });
    const [run] = plans[0]?.changes ?? [];
    expect(run?.cause).toContain(
      'what is there under its name, left by a hook of Argo CD, is deleted first',
    );
    expect(run?.displaces?.uid).toBe(left.metadata.uid);
    expect((await shop.live(jobs, 'migrate')).metadata.uid).toBe(left.metadata.uid);
    expect(await agrees()).toContain(
      `${shop.namespace}/Job/migrate is already there, left by a hook of Argo CD; it would be deleted before the hook runs`,
    );
    await shop.settles();
    expect(await releasesOf(shop)).toEqual(['run migrate, create a']);
    expect((await shop.live(jobs, 'migrate')).metadata.uid).not.toBe(left.metadata.uid);
    // From then on what is there is our own.
    shop.commit({ 'shop/all.yaml': all('2') });
    await shop.settles();
    expect((await releasesOf(shop)).at(-1)).toBe('run migrate, update a');
  });

  test('is not deleted for a yes to what was there before it', async () => {
    const first = await leaves(job('migrate', helm('pre-install')));
    await hasEnded('migrate');
    shop.configure({ shop: { onFailure: 'stay' }, other: {} });
    shop.commit({
      'shop/all.yaml': yaml(job('migrate', helm('pre-install')), configMap('a', { a: '1' })),
    });
    await shop.sees('it waits', async () => waiting() !== null);
    const before = waiting();
    expect(before?.reason).toContain('left by a hook of Helm');
    await shop.destroy(jobs, 'migrate');
    await shop.sees('the first is gone', async () => (await shop.live(jobs, 'migrate')) === null);
    const second = await leaves(job('migrate', helm('pre-install')));
    await hasEnded('migrate');
    const outcome = await shop.bench.api.sync({
      ...selector,
      actor: 'ann',
      reason: 'test',
      approve: before?.digest ?? '',
      retryQuarantined: false,
    });
    expect(outcome.kind).toBe('waiting');
    const now = (await shop.live(jobs, 'migrate')).metadata.uid;
    expect([first.metadata.uid, now]).toEqual([first.metadata.uid, second.metadata.uid]);
    expect(await shop.live('configmaps', 'a')).toBeNull();
  });

  test('is waited for while it runs', async () => {
    await leaves(job('migrate', argo('PreSync'), 'pending'));
    shop.commit({
      'shop/all.yaml': yaml(job('migrate', argo('PreSync')), configMap('a', { a: '1' })),
    });
    await says('a hook of Argo CD that has not ended; the hook of that name waits for it');
    expect(await shop.live('configmaps', 'a')).toBeNull();
    await shop.sees('it asks once that has ended', async () => {
      await letEnd(shop, 'migrate');
      await shop.bench.look('shop@dev');
      return waiting() !== null;
    });
    await agrees();
    await shop.settles();
    expect(await releasesOf(shop)).toEqual(['run migrate, create a']);
  });

  test('stays where it is no hook, and the release says what to do', async () => {
    const theirs = await leaves(job('migrate', {}));
    shop.commit({
      'shop/all.yaml': yaml(job('migrate', argo('PreSync')), configMap('a', { a: '1' })),
    });
    await says('is already there and is no hook, so it is not deleted for the hook of that name');
    await says('Give the hook another name, or delete what is there');
    expect((await shop.live(jobs, 'migrate')).metadata.uid).toBe(theirs.metadata.uid);
    await shop.destroy(jobs, 'migrate');
    await shop.sees('it is gone', async () => (await shop.live(jobs, 'migrate')) === null);
    await shop.bench.look('shop@dev');
    await shop.settles();
    expect(await releasesOf(shop)).toEqual(['run migrate, create a']);
  });

  test('is named before a release can fail that would need its name', async () => {
    const left = await leaves(job('clean', argo('SyncFail')));
    await hasEnded('clean');
    shop.commit({
      'shop/all.yaml': yaml(job('clean', argo('SyncFail')), configMap('a', { a: '1' })),
    });
    await shop.settles();
    const { warnings } = await shop.bench.api.application(selector);
    expect(warnings).toEqual([
      `${shop.namespace}/Job/clean is already there, left by a hook of Argo CD: the SyncFail hook does not run as long as it is; delete it if nobody needs it`,
    ]);
    shop.configure({ shop: { onFailure: 'stay' }, other: {} });
    shop.commit({
      'shop/all.yaml': yaml(
        job('clean', argo('SyncFail')),
        job('check', argo('PreSync'), 'fail'),
        configMap('a', { a: '2' }),
      ),
    });
    const failed = () => shop.bench.api.releases({ ...selector, outcome: 'failed', limit: 1 });
    await shop.sees('it has failed', async () => (await failed()).length > 0);
    const [release] = await failed();
    expect(release?.steps.at(-1)).toMatchObject({
      result: 'failed',
      message: expect.stringContaining("is no run of Fairlead's SyncFail hook of that name"),
    });
    expect((await shop.live(jobs, 'clean')).metadata.uid).toBe(left.metadata.uid);
  });

  test('is asked for at the removal, too', async () => {
    shop.commit({
      'shop/all.yaml': yaml(job('before', argo('PreDelete')), configMap('a', { a: '1' })),
    });
    await shop.settles();
    const left = await leaves(job('before', argo('PreDelete')));
    await hasEnded('before');
    shop.commit({ shop: null });
    shop.configure({ other: {} });
    expect(await agrees()).toContain('left by a hook of Argo CD');
    expect(left.metadata.uid).toBeDefined();
    await shop.sees('it is gone', async () => !shop.bench.engine.applications.has('shop@dev'));
    expect((await releasesOf(shop)).at(-1)).toBe('run before, delete a');
    expect(await shop.live(jobs, 'before')).toBeNull();
  });
});
