import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { auditEntries, deployment, openKube } from '../support/cluster.ts';
import type { Kube, KubeObject } from '../support/cluster.ts';
import { createTestRepository, temporaryFolder } from '../support/git.ts';
import type { TestRepository } from '../support/git.ts';
import { configMap, yaml } from '../support/kubernetes-bench.ts';
import { startProgram, until } from '../support/program.ts';
import type { Running } from '../support/program.ts';

/**
 * The controller is ended at any moment of its work, again and again; the server's own log of who did what is the judge.
 */

const rounds = Number(process.env['ATTACK_ROUNDS'] ?? 3);

let kube: Kube;
let namespace: string;
let records: string;
let repository: TestRepository;
let folder: string;
let running: Running | null = null;

beforeEach(async () => {
  kube = openKube();
  namespace = await kube.namespace('crash');
  records = await kube.namespace('records');
  repository = createTestRepository();
  folder = temporaryFolder('fairlead-crash-');
});

afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.ended;
  rmSync(folder, { recursive: true, force: true });
  repository.remove();
  await kube.delete(`/api/v1/namespaces/${namespace}`);
  await kube.delete(`/api/v1/namespaces/${records}`);
});

const document = (kind: string, name: string, spec: unknown): unknown => ({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

function start(): void {
  const state = join(folder, 'state');
  const args = ['up', '--repo', repository.directory, '--state-dir', state, '--poll', '100ms'];
  running = startProgram(args, { cwd: folder, env: { KUBECONFIG: kube.kubeconfig } });
}

/** Most of twelve maps, each time others. */
const namesOf = (round: number): readonly string[] =>
  Array.from({ length: 12 }, (_, at) => at)
    .filter((at) => (at + round) % 6 !== 0)
    .map((at) => `map${at}`);

function manifests(round: number): string {
  const maps = namesOf(round).map((name) => configMap(name, { round: String(round) }));
  return yaml(deployment('web', 1), ...maps);
}

const maps = async (): Promise<readonly KubeObject[]> =>
  (await kube.get(`/api/v1/namespaces/${namespace}/configmaps`)).items.filter(
    ({ metadata }: KubeObject) => metadata.name !== 'kube-root-ca.crt',
  );

test('ended at any moment, it loses nothing, doubles nothing and deletes nothing that it should not', async () => {
  repository.commit({
    'fairlead.yaml': [
      document('Target', 'cluster', { kubernetes: { namespace: records } }),
      document('Environment', 'dev', { targets: ['cluster'], sync: 'auto' }),
      document('Application', 'shop', {
        path: 'shop',
        environments: ['dev'],
        kubernetes: { namespace },
        maxPrunePercent: 100,
      }),
    ]
      .map((one) => JSON.stringify(one))
      .join('\n---\n'),
    'shop/all.yaml': manifests(0),
  });
  const theirs = { ...configMap('theirs', { a: '1' }) };
  await kube.post(`/api/v1/namespaces/${namespace}/configmaps`, theirs);
  for (let round = 1; round <= rounds; round += 1) {
    repository.commit({ 'shop/all.yaml': manifests(round) });
    start();
    // There is little of its work before it has read the configuration.
    const said = (): string => running?.text() ?? '';
    await until('it has begun', () => said().includes('configuration of'), said, 60_000);
    await new Promise((resolve) => setTimeout(resolve, randomInt(0, 1_500)));
    running?.kill('SIGKILL');
    await running?.ended;
  }
  start();
  const wanted = [...namesOf(rounds), 'theirs'].toSorted();
  await until(
    'all is as the last commit says',
    async () => {
      const live = await maps();
      const names = live.map(({ metadata }): string => metadata.name);
      const isNew = live.every(
        ({ metadata, data }) => metadata.name === 'theirs' || data.round === String(rounds),
      );
      return isNew && names.toSorted().join() === wanted.join();
    },
    () => running?.text() ?? '',
    90_000,
  );
  // Only what a commit took out was ever deleted, each by its UID.
  const deletes = auditEntries(kube.record).filter(
    ({ verb, objectRef, userAgent }) =>
      verb === 'delete' &&
      objectRef?.namespace === namespace &&
      userAgent?.startsWith('fairlead/') === true,
  );
  for (const { objectRef, requestObject } of deletes) {
    expect(objectRef?.resource).toBe('configmaps');
    expect(objectRef?.name).toMatch(/^map\d+$/);
    expect(requestObject?.preconditions?.uid).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect((await maps()).find(({ metadata }) => metadata.name === 'theirs')?.data).toEqual({
    a: '1',
  });
}, 300_000);
