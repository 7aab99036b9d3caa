import { execFileSync } from 'node:child_process';
import { writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openExample } from './example.ts';

const token = 'kP4-very-secret-token';
const password = 'xQ9-very-secret-password';

test('examples/secrets puts secrets where they belong and nowhere else', async () => {
  await using example = await openExample('secrets');
  const file = example.here('/tmp/fairlead-example/password');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  const said: string[] = [];
  const run = async (...args: readonly string[]): Promise<number> => {
    const { code, stdout, stderr } = await example.fairleadWith({ SERVICE_TOKEN: token }, ...args);
    said.push(stdout, stderr);
    return code;
  };

  const missing = await example.fairlead('plan');
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('SERVICE_TOKEN') });
  expect(await run('validate')).toBe(0);
  expect(await run('plan', '--full', '--exit-code')).toBe(2);
  expect(await run('sync')).toBe(0);
  expect(example.read('/tmp/fairlead-example/service/token')).toBe(token);
  expect(example.mode('/tmp/fairlead-example/service/token')).toBe('0600');
  expect(await run('logs', 'service@dev')).toBe(0);
  expect(said.join('')).toContain(`the password has ${password.length} letters`);
  expect(await run('plan', '--exit-code')).toBe(0);

  writeFileSync(file, `${password}-2\n`);
  expect(await run('plan', '--exit-code', '--full')).toBe(2);
  expect(await run('sync', '--full')).toBe(0);
  expect(await run('history', '-o', 'json')).toBe(0);
  expect(await run('events', '-o', 'json')).toBe(0);

  const records = example.here('{host: {}}').match(/stateDir: ([^}]*)/)?.[1] ?? '';
  const state = join(example.directory, '../.local/state');
  for (const secret of [token, password]) {
    expect(said.join('')).not.toContain(secret);
    // grep ends with 1 where it finds nothing.
    expect(() => execFileSync('grep', ['-rlaF', secret, records, state])).toThrow(/status|failed/);
  }

  example.withoutApplications();
  await example.commit('No service');
  expect(await run('sync', '--yes')).toBe(0);
  expect(example.read('/tmp/fairlead-example/service/token')).toBe(null);
});
