import { rmSync } from 'node:fs';
import { isAlive, openProcessTable } from '../system/processes.ts';
import { endAll } from './launch.ts';
import type { ClusterRecord } from './record.ts';

/** Ends everything of a cluster and removes its folder. */
export async function stopCluster(record: ClusterRecord): Promise<void> {
  const table = await openProcessTable();
  // Nobody may go on asking a server that is about to end, and etcd is what all of it stands on.
  const [storage, others] = [true, false].map((isEtcd) =>
    record.processes.filter(({ program }) => (program === 'etcd') === isEtcd),
  );
  await endAll(table, others ?? []);
  await endAll(table, storage ?? []);
  rmSync(record.folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The programs of a cluster that have ended, though nobody ended them. */
export async function endedPrograms(record: ClusterRecord): Promise<readonly string[]> {
  const table = await openProcessTable();
  const ended: string[] = [];
  for (const { program, identity } of record.processes) {
    if (!(await isAlive(table, identity))) ended.push(program);
  }
  return ended;
}
