import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { HealthCheckConfig } from '../model/config.ts';
import type { Health } from '../model/status.ts';
import { programEnvironment } from './program-environment.ts';

/** Runs one health check of an application once. Never throws: what fails is an unhealthy answer with its reason. */
export async function checkHealth(check: HealthCheckConfig, signal: AbortSignal): Promise<Health> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(check.timeoutMs)]);
  try {
    switch (check.kind) {
      case 'http':
        return await checkHttp(check, limit);
      case 'tcp':
        return await checkTcp(check, limit);
      case 'exec':
        return await checkExec(check, limit);
    }
  } catch (thrown) {
    if (signal.aborted)
      return { status: 'Unknown', message: 'the check was ended before it answered' };
    return degraded(limit.aborted ? `no answer within ${check.timeoutMs} ms` : reasonOf(thrown));
  }
}

async function checkHttp(
  check: HealthCheckConfig & { kind: 'http' },
  signal: AbortSignal,
): Promise<Health> {
  // A redirect is an answer of its own: following it could leave the host that was meant.
  const response = await fetch(check.url, { signal, redirect: 'manual' });
  await response.body?.cancel();
  if (response.status === check.expectStatus)
    return healthy(`${check.url} answers ${response.status}`);
  return degraded(`${check.url} answers ${response.status}, not ${check.expectStatus}`);
}

function checkTcp(
  check: HealthCheckConfig & { kind: 'tcp' },
  signal: AbortSignal,
): Promise<Health> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: check.host, port: check.port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(healthy(`${check.host}:${check.port} takes connections`));
    });
    socket.once('error', (error) => {
      socket.destroy();
      reject(error);
    });
  });
}

function checkExec(
  check: HealthCheckConfig & { kind: 'exec' },
  signal: AbortSignal,
): Promise<Health> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const [program = '', ...rest] = check.argv;
    // A group of its own: what it started is ended with it, else each check that hangs would leave something behind.
    const child = spawn(program, rest, {
      stdio: 'ignore',
      detached: true,
      env: programEnvironment(process.env),
    });
    const stop = (): void => {
      if (child.pid !== undefined) endGroup(child.pid);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      resolve(
        code === 0
          ? healthy(`${program} ended with code 0`)
          : degraded(`${program} ended with ${code ?? killedBy}`),
      );
    });
  });
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function healthy(message: string): Health {
  return { status: 'Healthy', message };
}

function degraded(message: string): Health {
  return { status: 'Degraded', message };
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
