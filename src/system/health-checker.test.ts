import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HealthCheckConfig } from '../model/config.ts';
import { checkHealth } from './health-checker.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-check-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const shell = (line: string, timeoutMs = 20_000): HealthCheckConfig => ({
  name: 'check',
  kind: 'exec',
  argv: ['/bin/sh', '-c', line],
  timeoutMs,
});

const never = new AbortController().signal;

test('a program gets nothing of the environment of the controller but what it needs to find its way', async () => {
  const file = join(folder, 'environment');
  process.env['FAIRLEAD_TEST_TOKEN'] = 'a secret';
  try {
    await checkHealth(shell(`env > ${file}`), never);
  } finally {
    delete process.env['FAIRLEAD_TEST_TOKEN'];
  }
  const names = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names).toEqual(expect.arrayContaining(['PATH', 'HOME', 'LANG']));
  expect(names).not.toContain('FAIRLEAD_TEST_TOKEN');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** What a shell does that tells of a child and waits for it. */
const waiting = (): string => `sleep 60 & echo $! >${folder}/pid; wait`;
const childPid = (): number => Number(readFileSync(join(folder, 'pid'), 'utf8'));

describe('a program that is asked', () => {
  test('is healthy where it ends with 0, and degraded with how it ended else', async () => {
    expect((await checkHealth(shell('exit 0'), never)).status).toBe('Healthy');
    expect(await checkHealth(shell('exit 3'), never)).toEqual({
      status: 'Degraded',
      message: '/bin/sh ended with 3',
    });
    const missing = { ...shell(''), argv: [join(folder, 'missing')] } as HealthCheckConfig;
    expect(await checkHealth(missing, never)).toMatchObject({
      status: 'Degraded',
      message: expect.stringContaining('ENOENT'),
    });
  });

  test('is ended with all that it started when its time is over', async () => {
    expect(await checkHealth(shell(waiting(), 2_000), never)).toEqual({
      status: 'Degraded',
      message: 'no answer within 2000 ms',
    });
    await expect.poll(() => isAlive(childPid()), { timeout: 10_000 }).toBe(false);
  });

  test('is ended with all that it started when nobody wants to know any more', async () => {
    const stop = new AbortController();
    const answer = checkHealth(shell(waiting(), 60_000), stop.signal);
    await expect.poll(() => childPid(), { timeout: 20_000 }).toBeGreaterThan(0);
    stop.abort();
    expect((await answer).status).toBe('Unknown');
    await expect.poll(() => isAlive(childPid()), { timeout: 10_000 }).toBe(false);
  });
});
