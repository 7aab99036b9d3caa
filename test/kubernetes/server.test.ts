import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endDaemon, startDaemon } from '../../src/cluster/daemon.ts';
import { findPrograms } from '../../src/cluster/programs.ts';
import type { ClusterRecord } from '../../src/cluster/record.ts';
import { startCluster } from '../../src/cluster/start.ts';
import { stopCluster } from '../../src/cluster/stop.ts';
import { configMap, openKubeBench } from '../support/kube-bench.ts';
import { until } from '../support/program.ts';

/** A server of one's own, that may be stopped. */

let folder: string;
let record: ClusterRecord;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-server-'));
  record = await startCluster({
    name: 'server',
    folder: join(folder, 'server'),
    programs: findPrograms(process.env),
    audit: true,
    signal: new AbortController().signal,
  });
});

afterAll(async () => {
  await stopCluster(record);
  rmSync(folder, { recursive: true, force: true });
});

test('a server that was restarted, with its history compacted, is read anew: nothing is missed, nothing deleted', async () => {
  await using at = await openKubeBench({ record, proxy: true });
  at.bench.checkout.commit({
    'fairlead.yaml': at.configuration('shop'),
    'shop/a.yaml': configMap('a', at.namespace, { text: 'git' }),
    'shop/b.yaml': configMap('b', at.namespace, { text: 'git' }),
  });
  await at.bench.start();
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop');

  // The controller hears nothing of what happens now.
  at.proxy.cut(false);
  await at.kube.patch(at.path('configmaps/a'), { data: { text: 'by hand' } });
  await at.kube.delete(at.path('configmaps/b'));
  for (let round = 0; round < 20; round += 1) {
    await at.kube.patch(at.path('configmaps/a'), { data: { round: String(round) } });
  }
  const { metadata } = await at.live('configmaps/a');
  record = await endDaemon(record, 'kube-apiserver');
  const compacted = await fetch(`${record.etcdUrl}/v3/kv/compaction`, {
    method: 'POST',
    body: JSON.stringify({ revision: metadata.resourceVersion, physical: true }),
  });
  expect(compacted.status).toBe(200);
  record = await startDaemon(record, 'kube-apiserver', findPrograms(process.env));
  await until(
    'the server is there again',
    async () =>
      at.kube.ask('GET', '/readyz').then(
        ({ status }) => status === 200,
        () => false,
      ),
    () => '',
    60_000,
  );
  at.proxy.cut(true);

  await until(
    'what was done by hand is healed',
    async () => {
      const [a, b] = [await at.live('configmaps/a'), await at.live('configmaps/b')];
      return a?.data.text === 'git' && b?.data.text === 'git';
    },
    at.bench.why,
    60_000,
  );
  expect(at.deletes()).toEqual([]);
});
