import { afterEach, beforeEach, expect, test } from 'vitest';
import { playLabel } from '../../src/cluster/kwok.ts';
import { systemClock } from '../../src/system/clock.ts';
import { podTemplate } from '../support/cluster.ts';
import type { KubeObject } from '../support/cluster.ts';
import { manifest, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';

/** What does not work at first and is tried again by its controller fails no release. */

let at: KubeBench;

beforeEach(async () => {
  at = await openKubeBench({ more: ', timeouts: { health: 2m }' });
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

test('a release waits for what is Degraded and recovers within half a minute', async () => {
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', ...podTemplate('web', untouched) };
  pod.metadata = { ...pod.metadata, name: 'web', namespace: at.namespace };
  const commit = at.bench.checkout.commit({
    'fairlead.yaml': at.configuration('shop'),
    'shop/pod.yaml': manifest(pod),
  });
  await at.bench.start();
  await expect
    .poll(async () => (await at.live('pods/web')) !== null, { timeout: 30_000 })
    .toBe(true);
  await becomes(false, { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } });
  const degraded = await at.bench.application(
    'shop',
    'the pod is Degraded',
    ({ message }) => message.includes('is Degraded'),
    60_000,
  );
  expect(degraded.error).toBeNull();
  // Longer than what never recovers by itself is waited for.
  await systemClock.sleep(6_000);
  await becomes(true, { running: { startedAt: new Date().toISOString() } });
  await at.bench.settled(commit, 'shop');
  const releases = await at.bench.api.releases({ application: 'shop', limit: 10 });
  expect(releases.map(({ outcome }) => outcome)).toEqual(['succeeded']);
});

/** A pod of which nothing becomes unless the test says so. */
const untouched = { [playLabel]: 'pending' };

async function becomes(ready: boolean, state: KubeObject): Promise<void> {
  const status = ready ? 'True' : 'False';
  await at.kube.patch(`${at.path('pods/web')}/status`, {
    status: {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status },
      ],
      containerStatuses: [{ name: 'main', image: 'i', imageID: '', ready, restartCount: 1, state }],
    },
  });
}
