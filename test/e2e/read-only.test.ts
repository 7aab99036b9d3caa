import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpBench, type HttpBench } from '../support/http-bench.ts';
import { heedful, until } from '../support/program.ts';

/** Folders that may not be written: told with their names, nothing is lost, and all goes on once they can be. */

let bench: HttpBench;
const closed: string[] = [];

beforeEach(async () => {
  bench = await createHttpBench(heedful);
  await bench.push({ 'site/page.yaml': bench.page('one\n') });
});

afterEach(async () => {
  for (const folder of closed.splice(0)) chmodSync(folder, 0o700);
  await bench[Symbol.asyncDispose]();
});

function close(folder: string): void {
  chmodSync(folder, 0o500);
  closed.push(folder);
}

it('a state folder: the controller does not start, and touches nothing', async () => {
  mkdirSync(bench.stateDir);
  close(bench.stateDir);
  const ended = await bench.run('up', '--repo', bench.server.url('shop.git'), '--once');
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toContain(bench.stateDir);
  expect(ended.stderr).not.toContain('    at ');
  expect(bench.content()).toBeNull();
  expect(readdirSync(bench.stateDir)).toEqual([]);
});

it('the mirrors, while the controller runs: what is live is healed, what is pushed waits', async () => {
  await bench.start();
  await bench.live('one\n');
  const mirrors = join(bench.stateDir, 'mirrors');
  const [name = ''] = readdirSync(mirrors);
  const repository = join(mirrors, name, '1.git');
  for (const folder of [join(repository, 'objects'), join(repository, 'objects/pack')]) {
    close(folder);
  }
  bench.pushBehind({ 'site/page.yaml': bench.page('two\n') });
  const source = await bench.source('a failure', ({ failing }) => failing !== null);
  expect(source.failing?.code).toBe('source.state-unwritable');
  writeFileSync(join(bench.out, 'page'), 'broken by hand\n');
  await bench.live('one\n');
  for (const folder of closed.splice(0)) chmodSync(folder, 0o700);
  await bench.live('two\n');
  expect(bench.content()).toBe('two\n');
});

it('the folder that is deployed to: told by name, and released by itself once it may be written', async () => {
  await bench.start();
  await bench.live('one\n');
  close(bench.out);
  bench.pushBehind({ 'site/page.yaml': bench.page('two\n') });
  const find = async () => (await bench.api.applications())[0]!;
  const isTold = async (): Promise<boolean> => (await find()).error !== null;
  await until('the failure', isTold);
  const { error, state } = await find();
  expect(error?.message).toContain(`cannot write ${join(bench.out, 'page')}`);
  expect(error).toMatchObject({ code: 'host.permission', retryable: true });
  expect(state).toBe('backing-off');
  expect(bench.content()).toBe('one\n');
  chmodSync(bench.out, 0o700);
  await bench.live('two\n');
  expect(readdirSync(bench.out)).toEqual(['page']);
});
