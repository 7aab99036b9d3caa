import { openProcessTable } from '../system/processes.ts';
import { endAll, launch } from './launch.ts';
import { layoutOf } from './layout.ts';
import type { DaemonName, Programs } from './programs.ts';
import { writeRecord } from './record.ts';
import type { ClusterRecord } from './record.ts';

/** Ends one daemon of a cluster and leaves the others. @returns the cluster as it is then, as its folder says. */
export async function endDaemon(record: ClusterRecord, name: DaemonName): Promise<ClusterRecord> {
  const table = await openProcessTable();
  await endAll(
    table,
    record.processes.filter(({ program }) => program === name),
  );
  return record;
}

/** Starts one daemon again that was ended, as it was started first. */
export async function startDaemon(
  record: ClusterRecord,
  name: DaemonName,
  programs: Programs,
): Promise<ClusterRecord> {
  const table = await openProcessTable();
  const layout = layoutOf(record.folder);
  const before = record.processes.find(({ program }) => program === name);
  if (before === undefined) throw new Error(`${record.name} never had ${name}`);
  const started = await launch(table, {
    program: name,
    path: programs[name],
    argv: before.argv,
    folder: record.folder,
    log: layout.logOf(name),
  });
  const processes = record.processes.map((one) => (one.program === name ? started : one));
  const now = { ...record, processes };
  writeRecord(now);
  return now;
}
