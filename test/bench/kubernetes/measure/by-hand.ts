import { now, sleep } from '../../controller.ts';
import type { BenchCluster } from '../bench-cluster.ts';
import type { Watcher } from '../watcher.ts';
import { edits, kinds, pathOf } from '../workload.ts';
import type { WorkloadKind } from '../workload.ts';

const withinMs = 30_000;
/** Between two, so that one does not measure the end of the other. */
const restMs = 50;

/** One object that somebody touches. */
interface Victim {
  readonly application: number;
  readonly kind: WorkloadKind;
}

/** Different objects, of all kinds in turn, spread over the applications. */
export function victims(apps: number, count: number, offset: number): readonly Victim[] {
  const wanted = Math.min(count, apps * kinds.length);
  const stride = Math.max(1, Math.floor(apps / Math.ceil(wanted / kinds.length)));
  return Array.from({ length: wanted }, (_, at) => ({
    application: (Math.floor(at / kinds.length) * stride + offset) % apps,
    kind: kinds[at % kinds.length] ?? 'Deployment',
  }));
}

/** Somebody edits a field of each: seconds from the server's answer until the field is as Git says, one after the other. */
export async function edit(
  cluster: BenchCluster,
  watcher: Watcher,
  objects: readonly Victim[],
): Promise<readonly number[]> {
  const seconds: number[] = [];
  for (const { application, kind } of objects) {
    const { pointer, value, read } = edits[kind];
    const path = `${pathOf(application, kind)}?fieldManager=kubectl-edit`;
    const patch = JSON.stringify([{ op: 'replace', path: pointer, value }]);
    const answer = await cluster.admin.send('PATCH', path, patch, 'application/json-patch+json');
    const atMs = now();
    if (answer.status !== 200) throw new Error(`PATCH ${path}: ${answer.status} ${answer.body}`);
    const { resourceVersion } = (
      JSON.parse(answer.body) as { metadata: { resourceVersion: string } }
    ).metadata;
    const healedMs = await watcher.until(
      application,
      kind,
      (object) =>
        object !== null &&
        Number(object.metadata.resourceVersion) > Number(resourceVersion) &&
        read(object) !== value,
      withinMs,
    );
    seconds.push(Math.max(0, healedMs - atMs) / 1_000);
    await sleep(restMs);
  }
  return seconds;
}

/** Somebody deletes each: seconds from the server's answer until there is another one in its place. */
export async function remove(
  cluster: BenchCluster,
  watcher: Watcher,
  objects: readonly Victim[],
): Promise<readonly number[]> {
  const seconds: number[] = [];
  for (const { application, kind } of objects) {
    const path = pathOf(application, kind);
    const before = JSON.parse((await cluster.admin.send('GET', path)).body) as {
      readonly metadata: { readonly uid: string };
    };
    const answer = await cluster.admin.send('DELETE', path);
    const atMs = now();
    if (answer.status !== 200) throw new Error(`DELETE ${path}: ${answer.status} ${answer.body}`);
    const madeMs = await watcher.until(
      application,
      kind,
      (object) =>
        object !== null &&
        object.metadata.uid !== before.metadata.uid &&
        object.metadata.deletionTimestamp === undefined,
      withinMs,
    );
    seconds.push(Math.max(0, madeMs - atMs) / 1_000);
    await sleep(restMs);
  }
  return seconds;
}
