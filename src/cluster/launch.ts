import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { isAlive } from '../system/processes.ts';
import type { ProcessTable } from '../system/processes.ts';
import { clusterFailed } from './errors.ts';
import type { DaemonName } from './programs.ts';
import type { ClusterProcess } from './record.ts';

/** Long enough for a server under load to end what it is doing. */
const politeMs = 15_000;
const lookMs = 20;

/** Starts a program in a session of its own, so that it outlives us; what it says goes to a file. */
export async function launch(
  table: ProcessTable,
  request: {
    readonly program: DaemonName;
    readonly path: string;
    readonly argv: readonly string[];
    readonly folder: string;
    readonly log: string;
  },
): Promise<ClusterProcess> {
  const { program, argv, folder } = request;
  const log = openSync(request.log, 'a', 0o600);
  const child = spawn(request.path, argv, {
    cwd: folder,
    // Nobody's own settings take part, and kwok would keep files in the home.
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, KWOK_WORKDIR: folder },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  const { pid } = child;
  if (pid === undefined) {
    const why = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw clusterFailed({
      message: `${program} could not be started: ${why.message}`,
      resource: folder,
      cause: why,
    });
  }
  const entry = await table.look(pid);
  if (entry === null) {
    const message = `${program} ended at once:\n${lastWords(request.log)}`;
    throw clusterFailed({ message, resource: folder });
  }
  return { program, identity: { bootId: table.bootId, pid, startTime: entry.startTime }, argv };
}

/** Ends these processes, all at once: politely, and by force where that is not enough. Others with their numbers are left alone. */
export async function endAll(
  table: ProcessTable,
  processes: readonly ClusterProcess[],
): Promise<void> {
  await Promise.all(processes.map((process) => end(table, process)));
}

async function end(table: ProcessTable, { identity }: ClusterProcess): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const deadline = performance.now() + politeMs;
    if (!(await isAlive(table, identity))) return;
    send(identity.pid, signal);
    while (performance.now() < deadline) {
      if (!(await isAlive(table, identity))) return;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** The end of what a program said. */
export function lastWords(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-12).join('\n');
  } catch {
    return '';
  }
}
