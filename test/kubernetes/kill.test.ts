import { afterEach, expect, test } from 'vitest';
import type { AuditEntry, KubeObject } from '../support/cluster.ts';
import { configMap, openKubeBench } from '../support/kube-bench.ts';
import type { KubeBench } from '../support/kube-bench.ts';

/**
 * The controller is killed at any moment of its work, again and again; the server's own audit log is the judge: each
 * delete was of something that had left Git, by UID, and in the end nothing is lost and nothing is left over.
 */

const rounds = Number(process.env['ATTACK_ROUNDS'] ?? 4);
const count = 24;

let at: KubeBench;

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

/** Which objects a round has: most of them, each time others. */
function namesOf(round: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => (index + round) % 6 !== 0)
    .map((index) => `map-${index}`);
}

function filesOf(round: number): Readonly<Record<string, string | null>> {
  const names = namesOf(round);
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const name = `map-${index}`;
      const file = `shop/${name}.yaml`;
      return [
        file,
        names.includes(name) ? configMap(name, at.namespace, { round: String(round) }) : null,
      ];
    }),
  );
}

test('killed at any moment, it deletes nothing that Git has, and loses nothing', async () => {
  at = await openKubeBench({ more: ', maxPrunePercent: 100' });
  at.bench.checkout.commit({ 'fairlead.yaml': at.configuration('shop'), ...filesOf(0) });
  await at.bench.start();
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop');
  for (let round = 1; round <= rounds; round += 1) {
    at.bench.checkout.commit(filesOf(round));
    // A different moment each time: before, in the middle of, and after its work.
    const pauseMs = (round * 137) % 700;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    await at.bench.stop('SIGKILL');
    await at.bench.start();
  }
  await at.bench.settled(at.bench.checkout.git('rev-parse', 'HEAD'), 'shop');

  const { items } = await at.kube.get(`/api/v1/namespaces/${at.namespace}/configmaps`);
  const ours: readonly KubeObject[] = items.filter(({ metadata }: KubeObject) =>
    metadata.name.startsWith('map-'),
  );
  expect(ours.map(({ metadata }): string => metadata.name).toSorted()).toEqual(
    namesOf(rounds).toSorted(),
  );
  expect(ours.filter(({ data }) => data.round !== String(rounds))).toEqual([]);

  // Whatever was deleted had left Git in some round, and was named by the UID that it had.
  const deletes = at.deletes();
  expect(deletes.filter(({ responseStatus }) => responseStatus?.code === 200)).not.toEqual([]);
  expect(deletes.filter((entry) => !isRightful(entry))).toEqual([]);
});

function isRightful({ verb, objectRef, requestObject }: AuditEntry): boolean {
  const hadLeft = Array.from({ length: rounds }, (_, round) => namesOf(round + 1)).some(
    (names) => !names.includes(objectRef?.name ?? ''),
  );
  const uid = requestObject?.preconditions?.uid ?? '';
  return verb === 'delete' && hadLeft && /^[0-9a-f-]{36}$/.test(uid);
}
