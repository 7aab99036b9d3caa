import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { connect } from 'node:net';
import type { ProbeFields } from './fields.ts';
import type { Launch } from './launch.ts';

/** The answer to one probe and the sentence why. */
export interface Answer {
  readonly ok: boolean;
  readonly message: string;
}

/**
 * Asks once whether a process is ready. Never throws: what fails is an answer.
 * @param launch gives an exec probe the folder and environment of the process.
 */
export async function askProbe(
  probe: ProbeFields,
  launch: () => Promise<Launch>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const late = AbortSignal.timeout(probe.timeoutMs);
  const limit = signal === undefined ? late : AbortSignal.any([signal, late]);
  try {
    if (probe.http !== undefined) return await askHttp(probe.http, limit);
    if (probe.tcp !== undefined) return await askTcp(probe.tcp, limit);
    return await askExec(probe.exec?.argv ?? [], await launch(), limit);
  } catch (thrown) {
    if (late.aborted) return no(`no answer within ${probe.timeoutMs} ms`);
    return no(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function askHttp(
  { host, port, path, expectStatus }: NonNullable<ProbeFields['http']>,
  signal: AbortSignal,
): Promise<Answer> {
  const where = `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
  return new Promise((resolve, reject) => {
    // A connection of its own, closed at once: one that is kept open would hold up a server that ends gracefully.
    const request = get({ host, port, path, agent: false, signal }, (response) => {
      response.destroy();
      const status = response.statusCode ?? 0;
      resolve(
        status === expectStatus
          ? yes(`${where} answers ${status}`)
          : no(`${where} answers ${status}, not ${expectStatus}`),
      );
    });
    request.once('error', reject);
  });
}

function askTcp(
  { host, port }: NonNullable<ProbeFields['tcp']>,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(yes(`${host}:${port} takes connections`));
    });
    socket.once('error', reject);
  });
}

function askExec(argv: readonly string[], launch: Launch, signal: AbortSignal): Promise<Answer> {
  const [program = '', ...rest] = argv;
  const { account } = launch;
  const foreign = account !== null && account.uid !== process.getuid?.() ? account : null;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd: launch.cwd,
      env: launch.environment(null),
      stdio: 'ignore',
      signal,
      killSignal: 'SIGKILL',
      ...(foreign === null ? {} : { uid: foreign.uid, gid: foreign.gid }),
    });
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      resolve(
        code === 0
          ? yes(`${program} ends with code 0`)
          : no(`${program} ends with ${code === null ? killedBy : `code ${code}`}`),
      );
    });
  });
}

function yes(message: string): Answer {
  return { ok: true, message };
}

function no(message: string): Answer {
  return { ok: false, message };
}
