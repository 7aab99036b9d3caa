import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { FairleadError } from '../../../model/error.ts';
import type { Clock } from '../../../system/clock.ts';
import { errorCode } from '../../../system/files.ts';
import { describeSearchPath } from '../../../system/search-path.ts';
import { credentialPluginFailed } from './errors.ts';

/** More than this is no credential, in bytes. */
const maxOutputBytes = 1024 * 1024;

/** How much of what it complains is passed on, in characters. */
const maxComplaint = 400;

interface PluginCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly installHint: string | undefined;
  /** How long it may take. Some ask an identity provider over the network. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Runs a credential plug-in to its end, without a terminal. Its standard output never stands in an error.
 *
 * @throws FairleadError `kubernetes.credential-plugin-failed`
 */
export async function runPlugin(call: PluginCall): Promise<string> {
  const failed = (what: string, hint?: string): FairleadError =>
    credentialPluginFailed({ message: `${call.program} ${what}`, resource: call.program, hint });
  const child = spawn(call.program, call.args, {
    env: call.env,
    // Leads a group of its own: what it has started itself ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = new AbortController();
  const output: Buffer[] = [];
  let outputBytes = 0;
  let complaint = '';
  let isClosed = false;
  // Whoever is interrupted while it hangs leaves nothing behind: a login that is still there often keeps a port from the next one.
  const onExit = (): void => endGroup(child);
  process.once('exit', onExit);
  try {
    return await new Promise<string>((resolve, reject) => {
      // First, because at the limit of open files there are no pipes below, and an event that nobody hears ends the program.
      child.once('error', (error) => {
        const isMissing = errorCode(error) === 'ENOENT';
        reject(
          failed(
            isMissing
              ? call.program.includes('/')
                ? 'is not there'
                : `is not in ${describeSearchPath(call.env['PATH'] ?? '')}`
              : `cannot be started: ${errorCode(error)}`,
            isMissing ? (call.installHint ?? installHint(call.program)) : undefined,
          ),
        );
      });
      if ((child.stdout as unknown) === undefined) return;
      child.stdout.on('data', (chunk: Buffer) => {
        output.push(chunk);
        outputBytes += chunk.length;
        if (outputBytes > maxOutputBytes) reject(failed('printed more than 1 MiB'));
      });
      child.stderr.on('data', (chunk: Buffer) => {
        complaint = (complaint + chunk.toString('utf8')).slice(-maxComplaint);
      });
      child.once('close', (code, signal) => {
        isClosed = true;
        if (code === 0) return resolve(Buffer.concat(output).toString('utf8'));
        reject(failed(`ended with ${signal ?? `code ${code}`}${lastLine(complaint)}`));
      });
      const { clock, timeoutMs } = call;
      void clock.sleep(timeoutMs, timer.signal).then(() => {
        if (timer.signal.aborted) return;
        const what = `did not end within ${timeoutMs / 1_000} s and was stopped${lastLine(complaint)}`;
        reject(failed(what, hangingHint));
      });
    });
  } finally {
    timer.abort();
    process.off('exit', onExit);
    if (!isClosed) endGroup(child);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

const hangingHint =
  'Run the command of users[].user.exec in the kubeconfig by hand, as the user that Fairlead runs as: it may wait for a person to log in, or for a network that is not there. It gets as long as requestTimeout of the Target says, where that is set.';

function installHint(program: string): string {
  return `Install ${program}, which the kubeconfig names, where Fairlead runs; or give the target other credentials.`;
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** The last line of what it wrote to standard error, without what a terminal would obey. */
function lastLine(complaint: string): string {
  const line = complaint
    .split('\n')
    .map((text) => text.replaceAll(/[^\P{C}]/gu, ' ').trim())
    .findLast((text) => text !== '');
  return line === undefined ? '' : `: ${line}`;
}
