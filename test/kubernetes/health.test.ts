import { beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Health } from '../../src/model/status.ts';
import type { Target } from '../../src/targets/target.ts';
import { deployment, openKube } from '../support/cluster.ts';
import type { Kube } from '../support/cluster.ts';
import { openKubernetes } from '../support/kubernetes-target.ts';
import { until } from '../support/program.ts';

/** Health as the real server's objects have it. */

let kube: Kube;
let namespace: string;

beforeAll(async () => {
  kube = openKube();
  namespace = await kube.namespace('health');
});

async function healthIn(
  target: Target,
  group: string,
  kind: string,
  name: string,
): Promise<Health> {
  const key = { application: 'health', environment: 'dev' };
  const id = { group, kind, namespace, name };
  const [seen] = await target.read(key, [{ id, locator: {}, uid: null, desired: null }]);
  if (seen?.kind !== 'present') throw new Error(`${kind} ${name} is ${seen?.kind}`);
  return target.health(seen.live, null);
}

async function withTarget(settings: JsonObject, use: (target: Target) => Promise<void>) {
  const target = await openKubernetes(kube, { namespace, ...settings });
  try {
    await use(target);
  } finally {
    await target.close();
  }
}

test('a Deployment becomes healthy once its pods are ready', async () => {
  await withTarget({}, async (target) => {
    await kube.post(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment('web', 2));
    let health: Health | null = null;
    await until(
      'it is healthy',
      async () =>
        (health = await healthIn(target, 'apps', 'Deployment', 'web')).status === 'Healthy',
      () => JSON.stringify(health),
    );
    expect(health).toEqual({ status: 'Healthy', message: 'all 2 pods are ready' });
  });
});

test("users' rules of the target judge its objects", async () => {
  const maps = `/api/v1/namespaces/${namespace}/configmaps`;
  await kube.post(maps, { kind: 'ConfigMap', metadata: { name: 'good' }, data: { state: 'fine' } });
  await kube.post(maps, {
    kind: 'ConfigMap',
    metadata: { name: 'bad' },
    data: { state: 'broken' },
  });
  const cel = { current: "data.state == 'fine'", failed: "data.state == 'broken'" };
  await withTarget({ healthRules: [{ kind: 'ConfigMap', cel }] }, async (target) => {
    expect((await healthIn(target, '', 'ConfigMap', 'good')).status).toBe('Healthy');
    expect((await healthIn(target, '', 'ConfigMap', 'bad')).status).toBe('Degraded');
  });
  const lua = 'return { status = "Suspended", message = "it is " .. obj.data.state }';
  await withTarget({ healthRules: [{ kind: 'ConfigMap', lua }] }, async (target) => {
    expect(await healthIn(target, '', 'ConfigMap', 'bad')).toEqual({
      status: 'Suspended',
      message: 'it is broken',
    });
  });
});
