import { afterEach, expect, test } from 'vitest';
import { playLabel } from '../../src/cluster/kwok.ts';
import { argo, job } from '../support/jobs.ts';
import { openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';
import { configMap, yaml } from '../support/kubernetes-bench.ts';
import { until } from '../support/program.ts';

/** The controller is killed while a hook runs; the server's audit log says how often each was made. */

let at: KubeBench;

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

const inNamespace = (object: ReturnType<typeof job>) => ({
  ...object,
  metadata: { ...object.metadata, namespace: at.namespace },
});

/** How often the controller made a Job of this name. */
const made = (name: string): number =>
  at.writes().filter(
    ({ objectRef, requestURI, responseStatus }) =>
      objectRef?.resource === 'jobs' &&
      objectRef.name === name &&
      responseStatus?.code === 201 &&
      // A plan tries at the server what is about to run, which makes nothing.
      !requestURI.includes('dryRun=All'),
  ).length;

const isThere = (resource: string): Promise<void> =>
  until(`${resource} is there`, async () => (await at.live(resource)) !== null, at.bench.why);

/** Kills the controller while a Job runs, starts another one, and lets the Job end when that one waits for it. */
async function killWhile(name: string): Promise<void> {
  await isThere(`batch/v1/jobs/${name}`);
  const { uid } = (await at.live(`batch/v1/jobs/${name}`)).metadata;
  await at.bench.stop('SIGKILL');
  await at.bench.start();
  const selector = { application: 'shop', environment: 'dev' };
  await until(
    'the next controller is at it',
    async () => {
      const running = await at.bench.api.releases({ ...selector, outcome: 'running', limit: 1 });
      return running[0]?.steps.some(({ resource }) => resource.endsWith(`/${name}`)) === true;
    },
    at.bench.why,
  );
  expect((await at.live(`batch/v1/jobs/${name}`)).metadata.uid).toBe(uid);
  const pods = at.path('pods');
  for (const { metadata } of (await at.kube.get(pods)).items) {
    if (metadata.labels?.['job-name'] !== name) continue;
    await at.kube.patch(`${pods}/${metadata.name}`, {
      metadata: { labels: { [playLabel]: null } },
    });
  }
}

test('killed while hooks run, a controller goes on with them and makes none twice', async () => {
  at = await openKubeBench();
  const { checkout, api } = at.bench;
  const map = inNamespace(configMap('map', { a: '1' }));
  checkout.commit({
    'fairlead.yaml': at.configuration('shop', 'other'),
    'other/map.yaml': yaml(inNamespace(configMap('other', { a: '1' }))),
    'shop/all.yaml': yaml(
      inNamespace(job('sync', argo('PreSync', 'HookSucceeded'), 'pending')),
      inNamespace(job('before', argo('PreDelete'), 'pending')),
      inNamespace(job('after', argo('PostDelete'), 'pending')),
      map,
    ),
  });
  await at.bench.start();
  await killWhile('sync');
  await at.bench.settled(checkout.git('rev-parse', 'HEAD'), 'shop');
  expect(made('sync')).toBe(1);

  checkout.commit({ 'fairlead.yaml': at.configuration('other'), shop: null });
  await at.bench.application('shop', 'waits for a person', ({ waiting }) => waiting !== null);
  const { waiting } = await at.bench.view('shop');
  await api.approve({ digest: waiting?.digest ?? '', actor: 'ann' });
  await killWhile('before');
  await killWhile('after');
  await until(
    'it is gone',
    async () => (await api.applications()).every(({ application }) => application !== 'shop'),
    at.bench.why,
  );
  expect([made('before'), made('after')]).toEqual([1, 1]);
  expect(await at.live('configmaps/map')).toBeNull();
  expect(await at.live('configmaps/other')).not.toBeNull();
  expect(await at.live('batch/v1/jobs/before')).toBeNull();
});
