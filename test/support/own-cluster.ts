import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms } from '../../src/cluster/programs.ts';
import type { ClusterRecord } from '../../src/cluster/record.ts';
import { startCluster } from '../../src/cluster/start.ts';
import { stopCluster } from '../../src/cluster/stop.ts';

/** A cluster that belongs to one test file alone: where names in it are given, and what is there is told from nothing. */
export interface OwnCluster extends AsyncDisposable {
  readonly record: ClusterRecord;
}

export async function openOwnCluster(name: string): Promise<OwnCluster> {
  const folder = mkdtempSync(join(tmpdir(), `fairlead-${name}-`));
  const record = await startCluster({
    name,
    folder: join(folder, 'cluster'),
    programs: findPrograms(process.env),
    audit: false,
    signal: new AbortController().signal,
  });
  return {
    record,
    [Symbol.asyncDispose]: async () => {
      await stopCluster(record);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
