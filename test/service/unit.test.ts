import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { program } from '../support/program.ts';

/** The unit of examples/systemd as systemd reads it, with the program of this checkout. */

const unit = join(import.meta.dirname, '../../examples/systemd/fairlead.service');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function written(change: (text: string) => string = (text) => text): string {
  const path = join(folder, 'fairlead.service');
  const text = readFileSync(unit, 'utf8').replace('/opt/fairlead/bin/fairlead', program);
  writeFileSync(path, change(text.replace('ReadWritePaths=/srv', `ReadWritePaths=${folder}`)));
  return path;
}

/** What systemd has to say: it ends with 0 whatever it does not understand. */
function complaints(path: string): string {
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], {
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`;
}

test('systemd understands every line of it', () => {
  expect(complaints(written())).toBe('');
});

test('a mistake in it would be noticed', () => {
  const wrong = written((text) => text.replace('KillMode=process', 'KillMode=proces'));
  expect(complaints(wrong)).toContain('kill mode');
  expect(complaints(written((text) => text.replace('RestartSec', 'RestartSecond')))).toContain(
    'RestartSecond',
  );
});

test('what was deployed outlives it, and the controller is not ended for the sake of an application', () => {
  const text = readFileSync(unit, 'utf8');
  expect(text).toMatch(/^KillMode=process$/m);
  expect(text).toMatch(/^OOMPolicy=continue$/m);
  // Either would be taken away from processes that go on.
  expect(text).not.toMatch(/^(?:PrivateTmp|RuntimeDirectory|MemoryDenyWriteExecute)=/m);
});

test('it is allowed little: systemd counts an exposure of at most 2.5 of 10', () => {
  const { status, stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['security', '--offline=true', '--threshold=25', '--no-pager', written()],
    { encoding: 'utf8' },
  );
  expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('exposure level')]);
});

test('its command line is one that the program takes', () => {
  const line = /^ExecStart=(.*)$/m.exec(readFileSync(unit, 'utf8'))?.[1] ?? '';
  const [, ...args] = line.split(' ');
  // A repository that nobody can reach: the command line was understood, and the repository is what fails.
  const wanted = args.map((arg) => (arg.startsWith('https:') ? join(folder, 'none.git') : arg));
  const state = wanted.map((arg) => (arg === '/var/lib/fairlead' ? join(folder, 'state') : arg));
  const { status, stderr } = spawnSync(program, [...state, '--once', '--timeout', '60s'], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stderr).not.toContain('cli.usage');
  expect(status).not.toBe(2);
});
