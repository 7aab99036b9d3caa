import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProcessTable } from '../../system/processes.ts';
import { createDemoFolder, findDemoFolder, markVariable } from './folder.ts';
import { processesOf, sweep } from './sweep.ts';

function start(mark: string, script: string): ReturnType<typeof spawn> {
  const env = { ...process.env, [markVariable]: mark };
  return spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'ignore'] });
}

const waits = "console.log('ready'); setInterval(() => {}, 1000)";
const deaf = `process.on('SIGTERM', () => {}); ${waits}`;

test('everything of the demo ends, even what does not listen, and nothing else', async () => {
  const folder = await createDemoFolder();
  const table = await openProcessTable();
  const other = start('somebody-else', waits);
  try {
    const own = [start(folder.id, waits), start(folder.id, deaf)];
    for (const child of [...own, other])
      await new Promise((done) => child.stdout?.once('data', done));
    expect((await processesOf(table, folder.id)).map((one) => one.pid).toSorted(byNumber)).toEqual(
      own.map((child) => child.pid ?? 0).toSorted(byNumber),
    );
    expect(await sweep(folder)).toBe(true);
    expect(await processesOf(table, folder.id)).toEqual([]);
    expect(existsSync(folder.path)).toBe(false);
    expect(other.exitCode).toBeNull();
  } finally {
    other.kill('SIGKILL');
    await rm(folder.path, { recursive: true, force: true });
  }
});

test('only the folder of a demo is ever taken for one', async () => {
  const folder = await createDemoFolder();
  const other = await mkdtemp(join(tmpdir(), 'fairlead-no-demo-'));
  try {
    expect(await findDemoFolder(folder.path)).toEqual(folder);
    await expect(findDemoFolder(other)).rejects.toMatchObject({ code: 'demo.not-found' });
    await writeFile(join(other, 'demo.json'), `{"fairleadDemo":"${folder.id}"}\n`);
    await expect(findDemoFolder(other)).rejects.toMatchObject({ code: 'demo.not-found' });
    await expect(findDemoFolder(join(other, 'none'))).rejects.toMatchObject({
      code: 'demo.not-found',
    });
  } finally {
    await rm(folder.path, { recursive: true, force: true });
    await rm(other, { recursive: true, force: true });
  }
});

function byNumber(left: number, right: number): number {
  return left - right;
}
