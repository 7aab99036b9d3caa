import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployment } from '../support/cluster.ts';
import { argo, helm, job, jobs, releasesOf } from '../support/jobs.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

let shop: KubernetesBench;

beforeEach(async () => {
  shop = await createKubernetesBench({
    applications: {
      shop: { timeouts: { health: '5s' }, retry: { limit: 1, backoff: { initial: '100ms' } } },
    },
  });
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

const selector = { application: 'shop', environment: 'dev' };

/** Waits until the last release is one that failed, and nothing is under way. */
const fails = (): Promise<void> =>
  shop.sees('it has failed', async () =>
    ['failed', 'backing-off'].includes(
      shop.bench.engine.applications.get('shop@dev')?.status.state ?? 'unknown',
    ),
  );

describe('hooks for a release that fails', () => {
  test('are in its plan, run when it fails and before what was good is gone back to, and not otherwise', async () => {
    const clean = job('clean', argo('SyncFail'));
    const all = (value: string, ...more: readonly unknown[]) =>
      yaml(clean, configMap('a', { a: value }), ...more);
    shop.commit({ 'shop/all.yaml': all('1') });
    await shop.settles();
    expect(await shop.live(jobs, 'clean')).toBeNull();
    expect(await releasesOf(shop)).toEqual(['create a, adopt clean']);

    const failing = job('announce', argo('PostSync'), 'fail');
    shop.commit({ 'shop/all.yaml': all('2', failing) });
    await fails();
    const gone = { ...selector, outcome: 'reverted', limit: 1 } as const;
    const isGone = async () => (await shop.bench.api.releases(gone)).length > 0;
    await shop.sees('it was gone back from', isGone);
    await shop.bench.engine.queue.idle();
    const [reverted] = await shop.bench.api.releases(gone);
    expect(reverted?.plan.plans[0]?.onFailure).toMatchObject([
      { action: 'run', cause: 'SyncFail hook, runs only if this release fails' },
    ]);
    expect(reverted?.error?.message).toMatch(/^PostSync hook .*Job\/announce failed/);
    const steps = await releasesOf(shop);
    expect(steps.slice(1)).toEqual(['update a, run announce, run clean', 'update a']);
    // What has failed is there to be looked at, until something else is released.
    expect(await shop.live(jobs, 'announce')).not.toBeNull();
    const { warnings } = await shop.bench.api.application(selector);
    expect(warnings).toEqual([
      `${shop.namespace}/Job/announce is no longer wanted; it failed as a hook, and is there to be looked at until the next release`,
    ]);
    expect((await shop.live(jobs, 'clean')).status.succeeded).toBe(1);
    expect((await shop.live('configmaps', 'a')).data.a).toBe('1');
    shop.commit({ 'shop/all.yaml': all('3') });
    await shop.settles();
    expect(await shop.live(jobs, 'announce')).toBeNull();
  });

  test('run for what does not become healthy, and that they fail hides nothing', async () => {
    const clean = job('clean', argo('SyncFail', 'HookSucceeded'), 'fail');
    const after = job('after', argo('SyncFail', 'HookSucceeded'));
    const web = deployment('web', 1, { 'kwok-plays': 'crash' });
    shop.commit({ 'shop/all.yaml': yaml(clean, after, web) });
    const failed = () => shop.bench.api.releases({ ...selector, outcome: 'failed', limit: 20 });
    await shop.sees('it has failed', async () => (await failed()).length > 0);
    const release = (await failed()).at(-1);
    expect((await releasesOf(shop))[0]).toBe('create web, run after, run clean');
    expect(release?.error?.code).toBe('apply.health-missed');
    expect(release?.steps.map(({ result }) => result)).toEqual(['done', 'done', 'failed']);
    // It ended well and says that it goes then; the other one is left to be looked at.
    expect(await shop.live(jobs, 'after')).toBeNull();
    expect(await shop.live(jobs, 'clean')).not.toBeNull();
  });

  test('are run again with the next release that fails', async () => {
    const clean = job('clean', argo('SyncFail'));
    const all = (value: string) =>
      yaml(clean, configMap('a', { a: value }), job('check', argo('PreSync'), 'fail'));
    shop.commit({ 'shop/all.yaml': all('1') });
    await fails();
    expect(shop.bench.engine.applications.get('shop@dev')?.status.state).toBe('failed');
    const first = (await shop.live(jobs, 'clean')).metadata.uid;
    shop.commit({ 'shop/all.yaml': all('2') });
    await shop.sees('it has run again', async () => {
      const now = await shop.live(jobs, 'clean');
      return now !== null && now.metadata.uid !== first && now.status?.succeeded === 1;
    });
    await fails();
    // Once each: a hook that failed is not run over and over because its object changes.
    const each = 'run check, run clean';
    expect(await releasesOf(shop)).toEqual([each, each]);
  });
});

describe('the tests of charts', () => {
  test('are not run unless that is asked for', async () => {
    shop.commit({
      'shop/all.yaml': yaml(configMap('a', { a: '1' }), job('probe', helm('test'), 'fail')),
    });
    await shop.settles();
    expect(await shop.live(jobs, 'probe')).toBeNull();
  });

  test('run last, and one that fails is a release that failed', async () => {
    shop.configure({ shop: { helm: { tests: true } } });
    const all = (value: string, play?: 'fail') =>
      yaml(
        job('probe', helm('test'), play),
        job('announce', helm('post-install,post-upgrade')),
        configMap('a', { a: value }),
      );
    shop.commit({ 'shop/all.yaml': all('1') });
    await shop.settles();
    shop.commit({ 'shop/all.yaml': all('2', 'fail') });
    await fails();
    expect(await releasesOf(shop)).toEqual([
      'create a, run announce, run probe',
      'update a, run announce, run probe',
      'update a, adopt announce',
    ]);
    expect((await shop.live('configmaps', 'a')).data.a).toBe('1');
    expect(shop.bench.engine.applications.get('shop@dev')?.status.message).toContain('Test hook');
  });
});
