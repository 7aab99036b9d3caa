import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Opens files up to the limit, starts Git in three ways, and says what came of it. */
const script = (folder: string): string => `
  import { openSync, closeSync } from 'node:fs';
  import { runChild, startChild } from '${folder}/child.ts';
  import { createObjectReader } from '${folder}/object-reader.ts';
  import { systemClock } from '${folder}/../system/clock.ts';
  const call = { binary: 'git', arguments: ['version'], environment: process.env, timeoutMs: 20_000, maxBytes: 1000 };
  const git = { version: { major: 2, minor: 40 }, start: () => startChild(call) };
  const reader = createObjectReader(git, { repository: '/', variables: {} }, { clock: systemClock });
  const open = [];
  try { for (;;) open.push(openSync('/dev/null')); } catch {}
  const ran = await runChild(call, systemClock);
  const read = await reader.info('HEAD').catch((error) => ({ code: error.code, class: error.class }));
  for (const file of open) closeSync(file);
  const after = await runChild(call, systemClock);
  console.log(JSON.stringify({ ran: [ran.ended, ran.stderr], read, after: after.ended }));
`;

test('a Git that cannot be started because too many files are open ends nothing, and is started again later', async () => {
  const folder = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');
  const { stdout } = await promisify(execFile)('/bin/sh', [
    '-c',
    'ulimit -n 60; exec "$0" --no-warnings --input-type=module-typescript -e "$1"',
    process.execPath,
    script(folder),
  ]);
  expect(JSON.parse(stdout)).toEqual({
    ran: ['not-started', 'git cannot be started: too many open files'],
    read: { code: 'source.too-many-files', class: 'transient' },
    after: 'exited',
  });
});
