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

/** Takes the application and its folder out of Git. */
function leave(): void {
  shop.commit({ shop: null });
  shop.configure({ other: {} });
}

const isGone = (): Promise<void> =>
  shop.sees('it is gone', async () => !shop.bench.engine.applications.has('shop@dev'));

const says = (words: string): Promise<void> =>
  shop.sees(`it says ${words}`, async () =>
    (shop.bench.engine.applications.get('shop@dev')?.status.message ?? '').includes(words),
  );

/** A person agrees to the removal: another controller knows of no `onRemoval`. */
async function agrees(): Promise<void> {
  const waiting = () => shop.bench.engine.applications.get('shop@dev')?.pending.waiting ?? null;
  await shop.sees('it waits', async () => waiting() !== null);
  await shop.bench.api.approve({ digest: waiting()?.digest ?? '', actor: 'ann' });
}

/** What the last release did. */
const last = async (): Promise<string> => (await releasesOf(shop)).at(-1) ?? '';

describe('delete hooks', () => {
  test('run before anything is deleted and when all is gone, as they were when they were released last', async () => {
    const before = job('before', argo('PreDelete'));
    const after = job('after', helm('post-delete'));
    shop.commit({ 'shop/all.yaml': yaml(before, after, configMap('a', { a: '1' })) });
    await shop.settles();
    expect(await last()).toBe('create a, adopt after, adopt before');
    expect([await shop.live(jobs, 'before'), await shop.live(jobs, 'after')]).toEqual([null, null]);
    // Neither the folder nor the application is in Git any more, and the controller is another one.
    leave();
    await isGone();
    const [release] = await shop.bench.api.releases({
      application: 'shop',
      environment: 'dev',
      limit: 1,
    });
    expect(
      release?.plan.plans[0]?.changes.map(({ action, cause }) => `${action}: ${cause}`),
    ).toEqual([
      'run: PreDelete hook, runs before anything is deleted',
      'delete: the application was removed',
      'run: PostDelete hook, runs after everything is deleted',
    ]);
    expect(await last()).toBe('run before, delete a, run after');
    // Nobody would own them any more.
    expect([await shop.live(jobs, 'before'), await shop.live(jobs, 'after')]).toEqual([null, null]);
    expect(await shop.live('configmaps', 'a')).toBeNull();
    expect(await shop.live('configmaps', 'other')).not.toBeNull();
  });

  test('that fail before stop the deletion, and what is there stays until one ends well', async () => {
    const before = (play?: 'fail') => job('before', argo('PreDelete'), play);
    shop.commit({ 'shop/all.yaml': yaml(before('fail'), configMap('a', { a: '1' })) });
    await shop.settles();
    leave();
    await says('nothing is deleted before it ends well');
    expect(await shop.live('configmaps', 'a')).not.toBeNull();
    // What it has left is there to be looked at.
    const left = await shop.live(jobs, 'before');
    expect(left).not.toBeNull();
    const again = await shop.bench.api.sync({
      application: 'shop',
      environment: 'dev',
      actor: 'ann',
      reason: 'try it again',
      approve: null,
      retryQuarantined: false,
    });
    expect(again).toMatchObject({ kind: 'released', release: { outcome: 'failed' } });
    expect((await shop.live(jobs, 'before')).metadata.uid).not.toBe(left.metadata.uid);
    await shop.restart();
    await agrees();
    await says('nothing is deleted before it ends well');
    expect(await shop.live('configmaps', 'a')).not.toBeNull();
    // Corrected in Git, it can be removed again.
    shop.commit({ 'shop/all.yaml': yaml(before(), configMap('a', { a: '1' })) });
    shop.configure({ shop: { onRemoval: 'delete' }, other: {} });
    await shop.settles();
    leave();
    await isGone();
    expect(await shop.live('configmaps', 'a')).toBeNull();
  });

  test('are waited for by the controller that comes after the one that began them', async () => {
    const before = job('before', argo('PreDelete'), 'pending');
    shop.commit({ 'shop/all.yaml': yaml(before, configMap('a', { a: '1' })) });
    await shop.settles();
    leave();
    await shop.sees('it runs', async () => (await shop.live(jobs, 'before')) !== null);
    const { uid } = (await shop.live(jobs, 'before')).metadata;
    await shop.restart();
    await agrees();
    await shop.sees('it is waited for again', async () => (await last()) === 'run before');
    expect((await shop.live(jobs, 'before')).metadata.uid).toBe(uid);
    expect(await shop.live('configmaps', 'a')).not.toBeNull();
    await shop.sees('it ends', async () => {
      await letEnd(shop, 'before');
      return !shop.bench.engine.applications.has('shop@dev');
    });
    expect(await shop.live('configmaps', 'a')).toBeNull();
  });

  test('that are left out of the source later are not run', async () => {
    const before = job('before', argo('PreDelete'), 'fail');
    shop.commit({ 'shop/all.yaml': yaml(before, configMap('a', { a: '1' })) });
    await shop.settles();
    // Somebody else's, of the same name: nothing of it is ours.
    const theirs: KubeObject = job('before', {});
    await shop.kube.post(`/apis/batch/v1/namespaces/${shop.namespace}/jobs`, theirs);
    shop.commit({ 'shop/all.yaml': yaml(configMap('a', { a: '1' })) });
    await shop.settles();
    leave();
    await isGone();
    expect(await shop.live('configmaps', 'a')).toBeNull();
    expect(await shop.live(jobs, 'before')).not.toBeNull();
  });

  test('find a Secret that is one of them, which goes last', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', annotations: helm('pre-delete,post-delete') },
      stringData: { key: 'value' },
    };
    const after = job('after', helm('post-delete'));
    shop.commit({ 'shop/all.yaml': yaml(secret, after, configMap('a', { a: '1' })) });
    await shop.settles();
    expect(await shop.live('secrets', 'key')).not.toBeNull();
    leave();
    await isGone();
    expect(await last()).toBe('delete a, run after, delete key');
    expect(await shop.live('secrets', 'key')).toBeNull();
  });

  test('do not run where the application is left alone', async () => {
    shop.configure({ shop: { onRemoval: 'orphan' }, other: {} });
    const before = job('before', argo('PreDelete'));
    shop.commit({ 'shop/all.yaml': yaml(before, configMap('a', { a: '1' })) });
    await shop.settles();
    leave();
    await isGone();
    expect(await shop.live(jobs, 'before')).toBeNull();
    expect(await shop.live('configmaps', 'a')).not.toBeNull();
  });
});

describe('delete hooks that a person goes on without', () => {
  const selector = { application: 'shop', environment: 'dev' };
  const order = { ...selector, actor: 'ann', approve: null, retryQuarantined: false };

  test('do not run, and the plan, whoever agrees and the history say so', async () => {
    const before = job('before', argo('PreDelete'), 'fail');
    const after = job('after', helm('post-delete'));
    shop.commit({ 'shop/all.yaml': yaml(before, after, configMap('a', { a: '1' })) });
    await shop.settles();
    leave();
    await says('nothing is deleted before it ends well');
    await says('fairlead sync shop@dev --no-hooks');
    const plan = await shop.bench.api.plan({ ...selector, revision: null, withoutHooks: true });
    expect(
      plan.plans[0]?.changes.map(({ action, leftOut, cause }) => [action, leftOut, cause]),
    ).toEqual([
      ['run', true, 'PostDelete hook, left out: it does not run, and nothing waits for it'],
      ['run', true, 'PreDelete hook, left out: it does not run, and nothing waits for it'],
      ['delete', undefined, 'the application was removed'],
    ]);
    const asked = await shop.bench.api.sync({ ...order, reason: 'no backup', withoutHooks: true });
    expect(asked).toMatchObject({
      kind: 'waiting',
      plan: { digest: plan.digest },
      message: expect.stringContaining('goes on without what was to run at the removal'),
    });
    expect(await shop.live('configmaps', 'a')).not.toBeNull();
    // Somebody else agrees to it.
    await shop.bench.api.approve({ digest: plan.digest, actor: 'ben' });
    await isGone();
    const [release] = await shop.bench.api.releases({ ...selector, limit: 1 });
    expect(release?.actor).toBe('ben');
    expect(release?.plan.digest).toBe(plan.digest);
    expect(release?.steps.map(({ action, result }) => `${action} ${result}`)).toEqual([
      'run skipped',
      'run skipped',
      'delete done',
    ]);
    // What its runs had left is nobody's any more.
    expect([await shop.live(jobs, 'before'), await shop.live(jobs, 'after')]).toEqual([null, null]);
    expect(await shop.live('configmaps', 'a')).toBeNull();
  });

  test('are run again where the next order says nothing of it', async () => {
    const before = job('before', argo('PreDelete'), 'fail');
    shop.commit({ 'shop/all.yaml': yaml(before, configMap('a', { a: '1' })) });
    await shop.settles();
    leave();
    await says('nothing is deleted before it ends well');
    const asked = await shop.bench.api.sync({ ...order, reason: 'test', withoutHooks: true });
    expect(asked.kind).toBe('waiting');
    const again = await shop.bench.api.sync({ ...order, reason: 'after all' });
    expect(again).toMatchObject({ kind: 'released', release: { outcome: 'failed' } });
    expect(await last()).toBe('run before');
    expect(await shop.live('configmaps', 'a')).not.toBeNull();
  });

  test('are those of a removal alone', async () => {
    const before = job('before', argo('PreDelete'));
    shop.commit({ 'shop/all.yaml': yaml(before, configMap('a', { a: '1' })) });
    await shop.settles();
    const asked = shop.bench.api.sync({ ...order, reason: 'test', withoutHooks: true });
    await expect(asked).rejects.toMatchObject({ code: 'removal.no-hooks' });
    const plan = shop.bench.api.plan({ ...selector, revision: null, withoutHooks: true });
    await expect(plan).rejects.toThrow('shop@dev is not being removed');
  });
});

describe('an application that is removed', () => {
  test('leaves behind what says Delete=false, and nothing else', async () => {
    const kept = configMap('kept', { a: '1' });
    kept.metadata.annotations = { 'argocd.argoproj.io/sync-options': 'Delete=false' };
    shop.commit({ 'shop/all.yaml': yaml(kept, configMap('a', { a: '1' })) });
    await shop.settles();
    leave();
    await isGone();
    expect(await shop.live('configmaps', 'a')).toBeNull();
    expect((await shop.live('configmaps', 'kept')).data).toEqual({ a: '1' });
  });
});
