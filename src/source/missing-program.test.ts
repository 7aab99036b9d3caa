import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/git.ts';
import { createSourceBench } from '../../test/support/source.ts';
import { systemClock } from '../system/clock.ts';
import { openGit } from './git.ts';

let folder: string;
let environment: Record<string, string>;

beforeEach(() => {
  folder = temporaryFolder('fairlead-programs-');
  const bins = ['bin', 'empty', 'none', 'other'].map((name) => join(folder, name));
  for (const bin of bins) mkdirSync(bin);
  environment = { PATH: bins.join(delimiter), HOME: folder };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program of this machine where the PATH of the test finds it. */
function install(...programs: readonly string[]): void {
  for (const program of programs) {
    const at = (process.env['PATH'] ?? '').split(delimiter).map((one) => join(one, program));
    const found = at.find((path) => existsSync(path));
    symlinkSync(found ?? `/bin/${program}`, join(folder, 'bin', program));
  }
}

test('a Git that is not there is said to be that, with where it was looked for in short', async () => {
  const failed = await openGit({ environment, clock: systemClock }).catch(
    (thrown: unknown) => thrown,
  );
  expect(failed).toMatchObject({
    code: 'source.git-missing',
    message: `cannot run git: there is no program git in any of the 4 folders of PATH (${join(folder, 'bin')}, ${join(folder, 'empty')}, …)`,
    hint: expect.stringContaining('apt install git'),
  });
});

test.each([
  ['as it is called by itself', {}],
  ['as GIT_SSH names it', { GIT_SSH: 'ssh' }],
])('an ssh that is not there is no repository that cannot be reached: %s', async (_how, more) => {
  install('git', 'sh');
  await using bench = await createSourceBench({ ...environment, ...more });
  const source = await bench.open({ url: 'ssh://git@127.0.0.1:1/shop.git' });
  expect(await source.fetch()).toMatchObject({
    error: {
      code: 'source.ssh-missing',
      message: expect.stringContaining('there is no program ssh on the PATH'),
      hint: expect.stringContaining('apt install openssh-client'),
    },
  });
});
