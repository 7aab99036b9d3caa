import type { InventoryKey } from '../../src/model/inventory.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { Manifest } from '../../src/model/resource.ts';
import { sha256 } from '../../src/system/hasher.ts';
import { recordName, recordObject } from '../../src/targets/kubernetes/ledger/objects.ts';
import type { Target } from '../../src/targets/target.ts';
import { describeTarget } from '../contract/target.ts';
import type { TargetHarness } from '../contract/target.ts';
import { openKube } from '../support/cluster.ts';
import { openKubernetes, openLine } from '../support/kubernetes-target.ts';

describeTarget('kubernetes', async (): Promise<TargetHarness> => {
  const kube = openKube();
  const namespace = await kube.namespace('contract');
  const records = await kube.namespace('records');
  const line = await openLine(kube);
  const opened: Target[] = [];
  const maps = `/api/v1/namespaces/${namespace}/configmaps`;
  const secrets = `/api/v1/namespaces/${records}/secrets`;
  const manifest = (name: string, body: JsonObject): Manifest => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    namespace,
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, ...body },
    origin: { file: `app/${name}.yaml`, line: 3 },
  });
  const inventoryName = (key: InventoryKey): string => recordName(sha256, 'inventory', key);
  return {
    open: async () => {
      const target = await openKubernetes(kube, {
        kubeconfig: line.kubeconfig,
        namespace: records,
        requestTimeout: '2s',
      });
      opened.push(target);
      return target;
    },
    manifest: (name, variant) => manifest(name, { data: { content: variant, other: 'same' } }),
    misspelt: (name) => ({ manifest: manifest(name, { dta: { a: '1' } }), meant: 'data' }),
    disturb: async (name) => {
      await kube.patch(`${maps}/${name}`, { data: { content: 'by hand' } });
    },
    destroy: async (name) => {
      await kube.delete(`${maps}/${name}`);
    },
    hide: async () => line.cut(),
    damageInventory: async (key) => {
      const body = Buffer.from('damaged').toString('base64');
      await kube.patch(`${secrets}/${inventoryName(key)}`, { data: { body } });
    },
    storeNewerInventory: async (key) => {
      const head = JSON.stringify({ kind: 'inventory', formatVersion: 999 });
      const at = { name: inventoryName(key), namespace: records, key, kind: 'inventory' as const };
      await kube.post(secrets, recordObject({ ...at, head, body: Buffer.from('?') }));
    },
    close: async () => {
      await Promise.all(opened.map((target) => target.close()));
      await line[Symbol.asyncDispose]();
      await kube.delete(`/api/v1/namespaces/${namespace}`);
      await kube.delete(`/api/v1/namespaces/${records}`);
    },
  };
});
