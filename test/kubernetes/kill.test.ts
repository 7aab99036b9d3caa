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
  const before = await uids();
  const committedAtMs: number[] = [0];
  for (let round = 1; round <= rounds; round += 1) {
    at.bench.checkout.commit(filesOf(round));
    committedAtMs.push(Date.now());
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

  // Whatever was deleted was not in Git when it was, and was named by the UID that it had.
  const deletes = at.deletes();
  expect(deletes.filter(({ responseStatus }) => responseStatus?.code === 200)).not.toEqual([]);
  expect(deletes.filter((entry) => !isRightful(entry, committedAtMs))).toEqual([]);

  // What Git had all the time was never made anew.
  const kept = namesOf(0).filter((name) =>
    Array.from({ length: rounds }, (_, round) => namesOf(round + 1)).every((names) =>
      names.includes(name),
    ),
  );
  const after = await uids();
  expect(rounds > 4 || kept.length > 0).toBe(true);
  for (const name of kept) expect(after.get(name)).toBe(before.get(name));
});

async function uids(): Promise<ReadonlyMap<string, string>> {
  const { items } = await at.kube.get(`/api/v1/namespaces/${at.namespace}/configmaps`);
  return new Map(items.map(({ metadata }: KubeObject) => [metadata.name, metadata.uid] as const));
}

/** Deleted by its UID, and wanted neither by the newest commit nor, as its release may be under way, by the one before. */
function isRightful(entry: AuditEntry, committedAtMs: readonly number[]): boolean {
  const { verb, objectRef, requestObject, requestReceivedTimestamp } = entry;
  const atMs = Date.parse(requestReceivedTimestamp);
  const newest = committedAtMs.findLastIndex((committedMs) => committedMs <= atMs);
  const isWanted = [newest, Math.max(0, newest - 1)].every((round) =>
    namesOf(round).includes(objectRef?.name ?? ''),
  );
  const uid = requestObject?.preconditions?.uid ?? '';
  return verb === 'delete' && !isWanted && /^[0-9a-f-]{36}$/.test(uid);
}
