import { afterEach, beforeEach, expect, test } from 'vitest';
import { playLabel } from '../../src/cluster/kwok.ts';
import { auditEntries, deployment, openKube, podTemplate } from '../support/cluster.ts';
import type { KubeObject } from '../support/cluster.ts';
import { manifest, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';

/** A workload that is not well names the pod that keeps it from being well, and why. Pods are played by kwok. */

let at: KubeBench;

beforeEach(async () => {
  at = await openKubeBench({ more: ', onFailure: stay, timeouts: { health: 30s }' });
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

/** Pods of which nothing becomes unless a test says so. */
const untouched = { [playLabel]: 'pending' };

/** A StatefulSet of one pod. */
function database(): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: {
      replicas: 1,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: podTemplate('db', untouched),
    },
  };
}

async function commit(...objects: readonly KubeObject[]): Promise<void> {
  const files = objects.map((object) => {
    object.metadata.namespace = at.namespace;
    return [`shop/${object.kind}-${object.metadata.name}.yaml`, manifest(object)];
  });
  at.bench.checkout.commit({
    'fairlead.yaml': at.configuration('shop'),
    ...(Object.fromEntries(files) as Record<string, string>),
  });
  await at.bench.start();
}

/** The one pod of a workload, once it is there. */
async function podOf(app: string): Promise<KubeObject> {
  const path = at.path(`pods?labelSelector=app%3D${app}`);
  await expect
    .poll(async () => (await at.kube.get(path)).items.length, { timeout: 30_000 })
    .toBe(1);
  return (await at.kube.get(path)).items[0];
}

async function becomes(pod: KubeObject, status: KubeObject): Promise<void> {
  await at.kube.patch(`${at.path(`pods/${pod.metadata.name}`)}/status`, { status });
}

/** What the application says of itself and of its resources. */
async function sentences(): Promise<string> {
  const { message, error, resourceViews } = await at.bench.detail('shop');
  const views = resourceViews.map(({ health }) => health.message);
  return [message, error?.message ?? '', ...views].join('\n');
}

const patient = { timeout: 60_000, interval: 200 };

const scheduled = { type: 'PodScheduled', status: 'True' };

function waiting(reason: string, message: string, more: KubeObject = {}): KubeObject {
  const container = { name: 'main', image: 'registry.example/main:1', imageID: '', ready: false };
  return {
    phase: 'Pending',
    conditions: [scheduled],
    containerStatuses: [
      { ...container, restartCount: 0, state: { waiting: { reason, message } }, ...more },
    ],
  };
}

test('an image that cannot be pulled is told with pod and container: while it is waited for, by `wait`, `describe` and the release that fails', async () => {
  await commit(deployment('web', 1, untouched));
  const pod = await podOf('web');
  await becomes(
    pod,
    waiting('ImagePullBackOff', 'Back-off pulling image "registry.example/main:1"'),
  );
  const words = `pod ${pod.metadata.name}: container main cannot pull image registry.example/main:1 (ImagePullBackOff): Back-off pulling image "registry.example/main:1"`;
  await expect
    .poll(async () => (await at.bench.view('shop')).message, { timeout: 60_000 })
    .toContain(words);
  const wait = await at.bench.run('wait', 'shop', '--timeout', '1s');
  expect(wait.stderr).toContain(words);
  await at.bench.application('shop', 'it failed', ({ error }) => error !== null, 110_000);
  const described = await at.bench.run('describe', 'shop');
  expect(described.stdout).toContain(words);
  const releases = await at.bench.api.releases({
    application: 'shop',
    limit: 1,
    outcome: 'failed',
  });
  expect(releases[0]?.error?.message).toContain(words);
});

test('where all is well nobody asks about pods, and what was well and breaks is told with the pod: how it ends, and how often it was restarted', async () => {
  await commit(deployment('web', 1));
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop');
  expect(looks()).toBeLessThanOrEqual(1);
  const pod = await podOf('web');
  const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
  await becomes(pod, {
    ...waiting('CrashLoopBackOff', 'back-off 5m0s', { restartCount: 5, lastState }),
    phase: 'Running',
    conditions: [scheduled, { type: 'Ready', status: 'False' }],
  });
  await expect
    .poll(sentences, patient)
    .toMatch(
      new RegExp(
        `pod ${pod.metadata.name}: container main keeps crashing \\(CrashLoopBackOff, 5 restarts\\): last time it ran out of memory`,
      ),
    );
});

test('a pod without a place is told with the words of the scheduler, also for a StatefulSet', async () => {
  await commit(database());
  const message = '0/3 nodes are available: 3 Insufficient memory.';
  await becomes(await podOf('db'), {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  });
  await expect
    .poll(sentences, patient)
    .toMatch(/1 of 1 pod is not ready: pod db-0: cannot be scheduled: 0\/3 nodes are available/);
});

test('a volume that cannot be mounted, which only an event tells, is told', async () => {
  await commit({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once' },
    spec: {
      template: {
        metadata: { labels: { app: 'once', ...untouched } },
        spec: { ...podTemplate('once').spec, restartPolicy: 'Never' },
      },
    },
  });
  const pod = await podOf('once');
  await becomes(pod, waiting('ContainerCreating', ''));
  const { name, uid } = pod.metadata;
  await at.kube.post(at.path('events'), {
    metadata: { name: `${name}.1` },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace: at.namespace, uid },
    type: 'Warning',
    reason: 'FailedMount',
    message: 'MountVolume.SetUp failed for volume "keys": secret "keys" not found',
    lastTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
  });
  await expect
    .poll(sentences, patient)
    .toMatch(/pod once-\w+: is starting: FailedMount: MountVolume.SetUp failed for volume "keys"/);
});

test('pods that are not made at all, because a quota is used up, are told as such', async () => {
  await at.kube.post(at.path('resourcequotas'), {
    metadata: { name: 'no-pods' },
    spec: { hard: { pods: '0' } },
  });
  await commit(database());
  await expect
    .poll(sentences, patient)
    .toMatch(/cannot make its pods: FailedCreate: .*exceeded quota: no-pods/);
});

/** Lists of pods and events by the controller so far. */
function looks(): number {
  return auditEntries(openKube().record).filter(
    ({ user, objectRef, verb }) =>
      user.username === at.user &&
      verb === 'list' &&
      objectRef?.namespace === at.namespace &&
      ['pods', 'events'].includes(objectRef.resource),
  ).length;
}

test('pods are asked about only while a workload is not well, and less and less often', async () => {
  await commit(deployment('web', 1), deployment('api', 1, { [playLabel]: 'crash' }));
  await expect.poll(sentences, patient).toMatch(/pod api-\S+: container main keeps crashing/);
  const first = looks();
  expect(first).toBeLessThanOrEqual(3);
});
