import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { builtNames, findProgram, programCache } from '../../../cluster/programs.ts';
import type { Context } from '../../context.ts';
import { demoClusterMissing } from '../errors.ts';
import { hang } from '../../terminal/width.ts';
import type { Screen } from '../screen.ts';

/** What builds them from their Go modules; only a checkout has it. */
const builder = fileURLToPath(new URL('../../../../scripts/cluster/main.ts', import.meta.url));

/**
 * Sees to it that the programs of a control plane are there: builds those that are missing, where that is possible.
 * @throws FairleadError `demo.cluster-missing`; the reason of the context's signal
 */
export async function havePrograms(context: Context, screen: Screen): Promise<void> {
  const { env } = context.io;
  const missing = builtNames.filter((name) => findProgram(name, env) === undefined);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  const [are, them] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
  if (!existsSync(builder)) {
    throw demoClusterMissing({
      message: `${names} ${are} not on this machine, and only a checkout of Fairlead can build ${them}`,
    });
  }
  const story = `The demo brings its own Kubernetes, and ${names} ${are} not on this machine yet. Go builds ${them} from the Go modules now, once: about ten minutes, into ${programCache(env)}. Ctrl-C is harmless: the next time it goes on from there.`;
  screen.keep(hang('', story, 80));
  await screen.pause('build them');
  await build(context);
}

async function build({ io, progress, signal }: Context): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', builder, 'build'],
    {
      env: io.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const stop = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', stop);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killed) => resolve(killed ?? code));
  });
  const words: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      words.push(line);
      if (signal.aborted) continue;
      progress.line(line);
      progress.status('building the Kubernetes control plane');
    }
    const result = await ended;
    signal.throwIfAborted();
    if (result === 0) return;
    throw demoClusterMissing({
      message: `the Kubernetes control plane could not be built: ${words.slice(-3).join('; ') || `it ended with ${result}`}`,
    });
  } finally {
    progress.status(null);
    signal.removeEventListener('abort', stop);
  }
}
