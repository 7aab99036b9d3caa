import { execFileSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { playLabel } from '../../src/cluster/kwok.ts';
import { findProgram } from '../../src/cluster/programs.ts';
import { auditEntries, deployment, openKube, podTemplate } from '../support/cluster.ts';
import type { Kube, KubeObject } from '../support/cluster.ts';
import { until } from '../support/program.ts';

/** The test cluster itself: a real server with its controllers, whose pods are played. */

let kube: Kube;
let namespace: string;

beforeAll(async () => {
  kube = openKube();
  namespace = await kube.namespace('cluster');
});

/** Makes an object and looks at it until it is as wanted. */
async function becomes(
  resource: string,
  object: KubeObject,
  wanted: (live: KubeObject) => boolean,
): Promise<KubeObject> {
  const { metadata } = await kube.post(resource, object);
  let live: KubeObject;
  await until(
    `${object.kind} ${metadata.name} is as wanted`,
    async () => wanted((live = await kube.get(`${resource}/${metadata.name}`))),
    () => JSON.stringify(live.status),
  );
  return live;
}

const apps = (resource: string): string => `/apis/apps/v1/namespaces/${namespace}/${resource}`;

test('it says which version it is', async () => {
  expect((await kube.get('/version')).gitVersion).toMatch(/^v1\.\d+\.\d+$/);
});

test('kubectl has it by its kubeconfig', () => {
  const kubectl = findProgram('kubectl', process.env) ?? 'kubectl';
  const env = { ...process.env, KUBECONFIG: kube.kubeconfig };
  const nodes = execFileSync(kubectl, ['get', 'nodes', '-o', 'name'], { env, encoding: 'utf8' });
  expect(nodes.trim().split('\n')).toEqual(['node/node-a', 'node/node-b', 'node/node-c']);
});

test('pods of a Deployment become ready on different nodes', async () => {
  await becomes(
    apps('deployments'),
    deployment('web', 3),
    ({ status }) => status.availableReplicas === 3,
  );
  const pods = await kube.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Dweb`);
  expect(pods.items.map((pod: KubeObject) => pod.status.phase)).toEqual(Array(3).fill('Running'));
  expect(new Set(pods.items.map((pod: KubeObject) => pod.spec.nodeName)).size).toBe(3);
});

test('a StatefulSet and a DaemonSet become ready, and a Job succeeds', async () => {
  const selector = (name: string): KubeObject => ({ matchLabels: { app: name } });
  await becomes(
    apps('statefulsets'),
    {
      kind: 'StatefulSet',
      metadata: { name: 'data' },
      spec: {
        serviceName: 'data',
        replicas: 2,
        selector: selector('data'),
        template: podTemplate('data'),
      },
    },
    ({ status }) => status.readyReplicas === 2,
  );
  await becomes(
    apps('daemonsets'),
    {
      kind: 'DaemonSet',
      metadata: { name: 'agent' },
      spec: { selector: selector('agent'), template: podTemplate('agent') },
    },
    ({ status }) => status.numberAvailable === 3,
  );
  const template = podTemplate('once');
  const job = await becomes(
    `/apis/batch/v1/namespaces/${namespace}/jobs`,
    {
      kind: 'Job',
      metadata: { name: 'once' },
      spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
    },
    ({ status }) => status.succeeded === 1,
  );
  expect(job.status.failed ?? 0).toBe(0);
});

test('a pod of its own that runs once succeeds', async () => {
  const { spec } = podTemplate('once');
  const { status } = await becomes(
    `/api/v1/namespaces/${namespace}/pods`,
    { kind: 'Pod', metadata: { name: 'once' }, spec: { ...spec, restartPolicy: 'Never' } },
    (pod) => pod.status.phase === 'Succeeded',
  );
  expect(status.containerStatuses[0].state.terminated.exitCode).toBe(0);
});

test('a pod crashes, or does nothing at all, where its template asks for that', async () => {
  await becomes(
    apps('deployments'),
    deployment('bad', 1, { [playLabel]: 'crash' }),
    ({ status }) => status.replicas === 1,
  );
  await becomes(
    apps('deployments'),
    deployment('never', 1, { [playLabel]: 'pending' }),
    ({ status }) => status.replicas === 1,
  );
  const pod = async (app: string): Promise<KubeObject> =>
    (await kube.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`)).items[0];
  await until('it crashes', async () => {
    const [container] = (await pod('bad')).status.containerStatuses ?? [];
    return container?.state.waiting?.reason === 'CrashLoopBackOff';
  });
  await until('it waits', async () => (await pod('never')).spec.nodeName !== undefined);
  expect((await pod('never')).status.phase).toBe('Pending');
});

test('a pod has logs', async () => {
  await becomes(
    apps('deployments'),
    deployment('talks'),
    ({ status }) => status.availableReplicas === 1,
  );
  const pods = await kube.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Dtalks`);
  const log = await kube.ask(
    'GET',
    `/api/v1/namespaces/${namespace}/pods/${pods.items[0].metadata.name}/log`,
  );
  expect(log).toEqual({ status: 200, body: 'This pod is played by kwok.\n' });
});

test('a service account has a token that is good, and may only what it was given', async () => {
  await kube.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'ci' } });
  const { status } = await kube.post(`/api/v1/namespaces/${namespace}/serviceaccounts/ci/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 600 },
  });
  const review = await kube.post('/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token: status.token },
  });
  const { username } = review.status.user;
  expect(username).toBe(`system:serviceaccount:${namespace}:ci`);
  const access = await kube.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: username, resourceAttributes: { namespace, verb: 'delete', resource: 'pods' } },
  });
  expect(access.status.allowed).toBe(false);
});

test('what belongs to something that was deleted is deleted', async () => {
  await becomes(
    apps('deployments'),
    deployment('short'),
    ({ status }) => status.availableReplicas === 1,
  );
  await kube.delete(apps('deployments/short'));
  const pods = async (): Promise<number> =>
    (await kube.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Dshort`)).items.length;
  await until('its pod is gone', async () => (await pods()) === 0);
  expect(await pods()).toBe(0);
});

test('the audit log tells who deleted what, with which UID', async () => {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const { metadata } = await kube.post(path, { metadata: { name: 'gone' } });
  await kube.delete(`${path}/gone`, { preconditions: { uid: metadata.uid } });
  const [entry] = auditEntries(kube.record).filter(
    ({ verb, objectRef }) =>
      verb === 'delete' && objectRef?.namespace === namespace && objectRef.name === 'gone',
  );
  expect(entry).toMatchObject({
    user: { username: 'admin' },
    requestObject: { preconditions: { uid: metadata.uid } },
    responseStatus: { code: 200 },
  });
});
