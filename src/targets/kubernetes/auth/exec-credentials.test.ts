import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../system/clock.ts';
import { createExecCredentials } from './exec-credentials.ts';
import type { ExecConfig } from './kubeconfig.ts';

const v1 = 'client.authentication.k8s.io/v1';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-exec-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A plug-in that counts its calls in a file, and gives the number as the token. */
function plugin(status: string, before = ''): string {
  const path = join(folder, 'plugin');
  const script = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
appendFileSync(${JSON.stringify(join(folder, 'calls'))}, process.env.KUBERNETES_EXEC_INFO + '\\n');
const call = readFileSync(${JSON.stringify(join(folder, 'calls'))}, 'utf8').split('\\n').length - 1;
const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
${before}
console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status: ${status} }));
`;
  writeFileSync(path, script);
  chmodSync(path, 0o700);
  return path;
}

function open(config: Partial<ExecConfig>, timeoutMs?: number) {
  return createExecCredentials({
    config: {
      apiVersion: v1,
      command: join(folder, 'plugin'),
      args: [],
      env: [],
      installHint: undefined,
      provideClusterInfo: false,
      interactiveMode: 'Never',
      folder,
      ...config,
    },
    cluster: { server: 'https://server', config: { audience: 'x' } },
    env: { PATH: process.env['PATH'] },
    timeoutMs,
    clock: systemClock,
  });
}

const calls = (): readonly { readonly spec: Readonly<Record<string, unknown>> }[] =>
  readFileSync(join(folder, 'calls'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { spec: Record<string, unknown> });

/** Whether the process runs whose id stands in a file. */
function isThere(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${readFileSync(pid, 'utf8')}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function failure(config: Partial<ExecConfig>): Promise<string> {
  try {
    await open(config).current();
  } catch (thrown) {
    const { code, message, hint } = thrown as { code: string; message: string; hint: string };
    return `${code} ${message} ${hint}`;
  }
  throw new Error('it was taken');
}

describe('a credential plug-in', () => {
  test('is asked once for all who want to know at a time', async () => {
    plugin('{ token: `t${call}` }');
    const credentials = open({});
    const all = await Promise.all([1, 2, 3].map(() => credentials.current()));
    expect(all.map(({ authorization }) => authorization)).toEqual([
      'Bearer t1',
      'Bearer t1',
      'Bearer t1',
    ]);
    expect((await credentials.current()).authorization).toBe('Bearer t1');
    expect(calls()).toHaveLength(1);
  });

  test('is asked again when its answer ends, and when the server refuses it', async () => {
    plugin(
      '{ token: `t${call}`, expirationTimestamp: call > 1 ? undefined : new Date().toISOString() }',
    );
    const credentials = open({});
    expect((await credentials.current()).authorization).toBe('Bearer t1');
    const second = await credentials.current();
    expect(second.authorization).toBe('Bearer t2');
    expect(await credentials.renew(second)).toBe(true);
    expect((await credentials.current()).authorization).toBe('Bearer t3');
    // Somebody has renewed it already.
    expect(await credentials.renew(second)).toBe(true);
    expect(calls()).toHaveLength(3);
  });

  test('that gives the same again does not make anybody try again', async () => {
    plugin('{ token: `same` }');
    const credentials = open({});
    expect(await credentials.renew(await credentials.current())).toBe(false);
  });

  test('may give a certificate', async () => {
    plugin('{ clientCertificateData: `CERT`, clientKeyData: `KEY` }');
    expect(await open({}).current()).toEqual({
      authorization: null,
      certificate: { cert: 'CERT', key: 'KEY' },
    });
  });

  test('gets its arguments and variables, and is told of the cluster only if it wants', async () => {
    plugin('{ token: `${process.argv[2]}-${process.env.ROLE}` }');
    const config = { args: ['arg'], env: [{ name: 'ROLE', value: 'admin' }] };
    expect((await open(config).current()).authorization).toBe('Bearer arg-admin');
    await open({ ...config, provideClusterInfo: true }).current();
    const [first, second] = calls();
    expect(first?.spec).toEqual({ interactive: false });
    expect(second?.spec).toEqual({
      interactive: false,
      cluster: { server: 'https://server', config: { audience: 'x' } },
    });
  });

  test('is found beside its kubeconfig by a relative path', async () => {
    plugin('{ token: `t` }');
    expect((await open({ command: './plugin' }).current()).authorization).toBe('Bearer t');
  });

  test('of the older version need not say whether it wants a terminal', async () => {
    plugin('{ token: `t` }');
    const older = {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      interactiveMode: undefined,
    };
    expect((await open(older).current()).authorization).toBe('Bearer t');
    expect(await failure({ interactiveMode: undefined })).toContain('interactiveMode must be');
    expect(await failure({ interactiveMode: 'Always' })).toContain('needs a terminal');
    expect(await failure({ apiVersion: 'client.authentication.k8s.io/v1alpha1' })).toContain(
      'apiVersion must be',
    );
  });

  test.each([
    ['nothing', '{}', '', 'gave neither a token nor a certificate'],
    ['half a certificate', '{ clientCertificateData: `C` }', '', 'not both'],
    ['no time', '{ token: `canary`, expirationTimestamp: `soon` }', '', 'that is no time'],
    ['another version', '{ token: `canary` }', 'info.apiVersion = "v0"', 'the kubeconfig says'],
    ['no JSON', '{}', 'console.log("canary {")', 'did not print JSON'],
    [
      'an error',
      '{}',
      'console.error("no session\\u001b[31m"); process.exit(3)',
      'ended with code 3: no session',
    ],
  ])(
    'that gives %s has failed, and what it printed is not repeated',
    async (_, status, before, words) => {
      plugin(status, before);
      const told = await failure({});
      expect(told).toContain('kubernetes.credential-plugin-failed');
      expect(told).toContain(words);
      expect([told.includes('canary'), told.includes('\u001b')]).toEqual([false, false]);
    },
  );

  test('that is not there is told with the hint of the kubeconfig', async () => {
    const told = await failure({
      command: 'no-such-program-here',
      installHint: 'Install it with brew.',
    });
    expect(told).toContain('no-such-program-here is not in');
    expect(told).toContain('Install it with brew.');
  });

  test('that hangs is ended in time, and named', async () => {
    plugin('{}', 'console.error("waiting for your browser"); while (true);');
    await expect(open({}, 1_000).current()).rejects.toMatchObject({
      code: 'kubernetes.credential-plugin-failed',
      message: expect.stringMatching(
        /plugin did not end within 1 s and was stopped(?:: waiting for your browser)?$/,
      ) as string,
      hint: expect.stringContaining('requestTimeout') as string,
    });
  });

  test('that hangs ends with whoever asked it and is interrupted', async () => {
    const pid = join(folder, 'pid');
    plugin(
      '{}',
      `require('node:fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); setInterval(() => {}, 60_000); while (true);`,
    );
    const call = { program: join(folder, 'plugin'), args: [], timeoutMs: 60_000 };
    const source = `import { existsSync } from 'node:fs';
import { runPlugin } from ${JSON.stringify(new URL('run-plugin.ts', import.meta.url).href)};
import { systemClock } from ${JSON.stringify(new URL('../../../system/clock.ts', import.meta.url).href)};
const env = { ...process.env, KUBERNETES_EXEC_INFO: '{}' };
void runPlugin({ ...${JSON.stringify(call)}, env, clock: systemClock });
setInterval(() => existsSync(${JSON.stringify(pid)}) && process.exit(130), 20);`;
    const asker = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: 'inherit',
    });
    const [code] = (await once(asker, 'exit')) as [number];
    expect(code).toBe(130);
    await expect.poll(() => isThere(pid), { timeout: 20_000 }).toBe(false);
  });

  test('that does not behave is ended with all that it has started', async () => {
    const pid = join(folder, 'pid');
    plugin(
      "{ token: 'x'.repeat(2 * 1024 * 1024) }",
      `const { spawn } = require('node:child_process');
const helper = spawn('sleep', ['600'], { stdio: 'inherit' });
require('node:fs').writeFileSync(${JSON.stringify(pid)}, String(helper.pid));`,
    );
    expect(await failure({})).toContain('printed more than 1 MiB');
    await expect.poll(() => isThere(pid), { timeout: 20_000 }).toBe(false);
  });
});
