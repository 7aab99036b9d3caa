import { afterEach, beforeEach, expect, test } from 'vitest';
import { auditEntries, deployment } from '../support/cluster.ts';
import type { AuditEntry, KubeObject } from '../support/cluster.ts';
import { configMap, createKubernetesBench, yaml } from '../support/kubernetes-bench.ts';
import type { KubernetesBench } from '../support/kubernetes-bench.ts';

/** What is asked of the server, as the server itself wrote it down. */

const names = Array.from({ length: 20 }, (_, at) => `app${at}`);
let shop: KubernetesBench;
let seen = 0;

beforeEach(async () => {
  shop = await createKubernetesBench({
    applications: Object.fromEntries(names.map((name) => [name, {}])),
  });
  seen = auditEntries(shop.kube.record).length;
});

afterEach(async () => {
  await shop[Symbol.asyncDispose]();
});

/** Requests of ours about this bench's namespaces since the last call; streams of watches do not count. */
function requests(): readonly AuditEntry[] {
  const all = auditEntries(shop.kube.record);
  const fresh = all.slice(seen);
  seen = all.length;
  const own = [shop.namespace, shop.records];
  return fresh.filter(
    ({ userAgent, verb, requestURI, objectRef }) =>
      userAgent?.startsWith('fairlead/') === true &&
      verb !== 'watch' &&
      (own.includes(objectRef?.namespace ?? '') || own.some((name) => requestURI.includes(name))),
  );
}

const writes = (entries: readonly AuditEntry[]): readonly AuditEntry[] =>
  entries.filter(({ verb }) => !['get', 'list'].includes(verb));

function service(name: string): KubeObject {
  const spec = { selector: { app: name }, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}

const account = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name },
});

const all = (name: string, value: string): string =>
  yaml(deployment(name, 0), service(name), account(name), configMap(name, { a: value }));

test('twenty applications of four objects take at most eight requests each, and none once they rest', async () => {
  shop.commit(Object.fromEntries(names.map((name) => [`${name}/all.yaml`, all(name, '1')])));
  for (const name of names) await shop.settles(`${name}@dev`);
  expect(requests().length).toBeLessThanOrEqual(8 * names.length);

  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(requests()).toEqual([]);

  // One commit to one application concerns that one alone.
  shop.commit({ 'app7/all.yaml': all('app7', '2') });
  await shop.settles('app7@dev');
  expect((await shop.live('configmaps', 'app7')).data).toEqual({ a: '2' });
  const changed = requests();
  expect(changed.length).toBeLessThanOrEqual(12);
  expect(writes(changed).filter(({ objectRef }) => objectRef?.resource !== 'secrets')).toHaveLength(
    2,
  );

  // A new controller finds everything as it was left, and writes nothing.
  await shop.restart();
  for (const name of names) await shop.settles(`${name}@dev`);
  const restarted = requests();
  expect(writes(restarted)).toEqual([]);
  expect(restarted.length).toBeLessThanOrEqual(20);
});
