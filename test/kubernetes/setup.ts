import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';
import { clusterFolder, readRecord } from '../../src/cluster/record.ts';
import type { ClusterRecord } from '../../src/cluster/record.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The cluster of this run; see `test/support/cluster.ts`. */
    readonly cluster: ClusterRecord;
  }
}

/**
 * One cluster for all tests of the suite, for as long as they run. FAIRLEAD_TEST_CLUSTER names one that runs already
 * (`npm run cluster -- up --audit`), to save its start while writing tests.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env['FAIRLEAD_TEST_CLUSTER'];
  if (running) {
    const record = readRecord(clusterFolder(running, process.env));
    if (record === null) throw new Error(`FAIRLEAD_TEST_CLUSTER: there is no cluster ${running}`);
    project.provide('cluster', record);
    return async () => {};
  }
  const script = join(import.meta.dirname, '../../scripts/cluster/main.ts');
  const child = spawn(process.execPath, [script, 'run', '--name', 'suite', '--audit'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  project.provide('cluster', await firstLine(child));
  return async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    await ended;
  };
}

async function firstLine(child: ChildProcess): Promise<ClusterRecord> {
  if (child.stdout === null) throw new Error('it says nothing');
  for await (const line of createInterface({ input: child.stdout })) {
    return JSON.parse(line) as ClusterRecord;
  }
  throw new Error('the cluster did not start; see above');
}
