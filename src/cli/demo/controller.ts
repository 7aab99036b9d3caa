import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Api } from '../../control/api.ts';
import { createControlClient } from '../../control/client.ts';
import { socketPathOf } from '../../state/location.ts';
import { demoBroken } from './errors.ts';
import { markVariable } from './folder.ts';
import type { DemoFolder } from './folder.ts';

/** The program, the same one whether this runs from the sources or from the package. */
export const program = fileURLToPath(new URL('../../../bin/fairlead', import.meta.url));

const startMs = 15_000;
const pauseMs = 20;

/** Arguments of a real `fairlead up`, as a person would type them. */
export function upArguments(folder: DemoFolder): readonly string[] {
  return ['up', '--repo', folder.repository];
}

/**
 * Starts `fairlead up` as a process of its own and waits until it answers. It has its own session, so that Ctrl-C
 * reaches only the demo, which then ends it in order; its output goes to a file.
 * @throws FairleadError `demo.broken` when it ends instead.
 */
export async function startController(
  folder: DemoFolder,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Api> {
  const environment = {
    ...env,
    [markVariable]: folder.id,
    FAIRLEAD_STATE_DIR: folder.state,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const log = await open(folder.controllerLog, 'a');
  const child = spawn(process.execPath, [program, ...upArguments(folder), '--no-input'], {
    cwd: folder.path,
    env: environment,
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  await log.close();
  let ended: string | null = null;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, killed) => (ended = `it ended with ${killed ?? code}`));
  child.unref();

  const api = createControlClient({ socketPath: socketPathOf(folder.state, environment), signal });
  const deadline = Date.now() + startMs;
  while (ended === null && Date.now() < deadline) {
    signal.throwIfAborted();
    try {
      await api.status();
      return api;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  throw demoBroken({
    message: `the controller did not start: ${ended ?? `no answer within ${startMs} ms`}\n${await tail(folder)}`,
  });
}

/** The last lines that the controller wrote. */
export async function tail(folder: DemoFolder): Promise<string> {
  const text = await readFile(folder.controllerLog, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
