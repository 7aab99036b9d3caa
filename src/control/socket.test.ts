import { spawn } from 'node:child_process';
import { chmod, chown, lchown, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createControlBench, echoApi, sync, thrown } from './bench.testing.ts';
import type { ControlBench } from './bench.testing.ts';

let bench: ControlBench;
beforeEach(async () => {
  bench = await createControlBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

describe('the socket', () => {
  test('is open to its owner alone and goes when the server closes', async () => {
    const server = await bench.serve();
    expect((await stat(bench.socketPath)).mode & 0o777).toBe(0o600);
    await server.close();
    await expect(stat(bench.socketPath)).rejects.toThrow('ENOENT');
  });

  test('left by a dead controller is replaced', async () => {
    await leaveSocketBehind(bench.socketPath);
    expect((await stat(bench.socketPath)).isSocket()).toBe(true);
    await bench.serve();
    expect(await bench.client().status()).toBeDefined();
  });

  test('that is not there is control.unreachable with what to do', async () => {
    const error = await thrown(bench.client().status());
    expect(error).toMatchObject({
      code: 'control.unreachable',
      class: 'transient',
      resource: bench.socketPath,
    });
    expect(error.hint).toContain('fairlead up');
  });

  test('whose listener is dead is control.unreachable too', async () => {
    await writeFile(bench.socketPath, '');
    await chmod(bench.socketPath, 0o600);
    expect((await thrown(bench.client().status())).code).toBe('control.unreachable');
  });

  test('of something else is control.bad-answer', async () => {
    const other = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(bench.socketPath, resolve));
    const error = await thrown(bench.client().status());
    expect(error.code).toBe('control.bad-answer');
    await new Promise((resolve) => other.close(resolve));
  });

  test('that closes in the middle of a call is an unknown outcome', async () => {
    const called = Promise.withResolvers<void>();
    const hang = (): Promise<never> => {
      called.resolve();
      return new Promise(() => undefined);
    };
    const server = await bench.serve(echoApi({ sync: hang }), { graceMs: 50 });
    const answer = thrown(bench.client().sync(sync));
    await called.promise;
    await server.close();
    expect(await answer).toMatchObject({
      code: 'control.connection-lost',
      class: 'unknown-outcome',
    });
  });

  test('a path that cannot be listened on is control.socket-in-use', async () => {
    await writeFile(join(bench.folder, 'file'), '');
    await mkdir(join(bench.folder, 'socket'));
    await mkdir(join(bench.folder, 'open'));
    await chmod(join(bench.folder, 'open'), 0o777);
    for (const path of ['file/socket', 'socket', 'open/socket']) {
      const error = await thrown(bench.serve(echoApi(), { socketPath: join(bench.folder, path) }));
      expect([path, error.code]).toEqual([path, 'control.socket-in-use']);
    }
  });
});

describe.runIf(process.getuid?.() === 0)('a folder that somebody else made first', () => {
  const stranger = 65_534;

  test('holds no socket of ours, nor does a link of theirs to one of ours', async () => {
    await mkdir(join(bench.folder, 'theirs'));
    await chown(join(bench.folder, 'theirs'), stranger, stranger);
    await mkdir(join(bench.folder, 'ours'), { mode: 0o700 });
    await symlink(join(bench.folder, 'ours'), join(bench.folder, 'link'));
    await lchown(join(bench.folder, 'link'), stranger, stranger);
    for (const path of ['theirs/x.sock', 'link/x.sock']) {
      const error = await thrown(bench.serve(echoApi(), { socketPath: join(bench.folder, path) }));
      expect([path, error.code]).toEqual([path, 'control.socket-in-use']);
    }
  });

  test('is not asked either', async () => {
    await mkdir(join(bench.folder, 'theirs'), { mode: 0o700 });
    const path = join(bench.folder, 'theirs/x.sock');
    await bench.serve(echoApi(), { socketPath: path });
    expect(await bench.client({ socketPath: path }).status()).toBeDefined();
    await chown(join(bench.folder, 'theirs'), stranger, stranger);
    const error = await thrown(bench.client({ socketPath: path }).status());
    expect(error.code).toBe('control.not-permitted');
  });
});

/** What `kill -9` leaves of whoever listened. */
async function leaveSocketBehind(path: string): Promise<void> {
  const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await new Promise((done) => spawn(process.execPath, ['-e', program]).once('exit', done));
}
