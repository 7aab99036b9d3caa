import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpBench, type HttpBench } from '../support/http-bench.ts';

/** A controller that demands signatures of the repository that holds its own configuration. */

let bench: HttpBench;

beforeEach(async () => {
  bench = await createHttpBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

it('makes live only what a trusted key signed, or a person agreed to', async () => {
  const key = join(bench.out, '..', 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada', '-f', key]);
  const { checkout } = bench;
  checkout.git('config', 'gpg.format', 'ssh');
  checkout.git('config', 'user.signingKey', key);
  checkout.git('config', 'commit.gpgSign', 'true');
  await bench.push({ 'site/page.yaml': bench.page('signed\n') });
  await bench.start('--verify-ssh', `${key}.pub`);
  await bench.live('signed\n');

  checkout.git('config', 'commit.gpgSign', 'false');
  const unsigned = await bench.push({ 'site/page.yaml': bench.page('not signed\n') });
  const source = await bench.source('a held commit', ({ held }) => held !== null);
  expect(source.held).toMatchObject({ commit: unsigned });
  expect(source.held?.reason).toContain('is not signed');
  expect(bench.content()).toBe('signed\n');

  // Not by another way either.
  const back = await bench.run('rollback', 'site@dev', '--to', unsigned, '--yes');
  expect(back.code).toBe(7);
  expect(bench.content()).toBe('signed\n');

  expect((await bench.run('approve', unsigned.slice(0, 12))).code).toBe(0);
  await bench.live('not signed\n');
  checkout.git('config', 'commit.gpgSign', 'true');
  await bench.push({ 'site/page.yaml': bench.page('signed again\n') });
  await bench.live('signed again\n');
});

it('serves nothing where the keys cannot be read', async () => {
  await bench.push({ 'site/page.yaml': bench.page('one\n') });
  const url = bench.server.url('shop.git');
  const ended = await bench.run('up', '--once', '--repo', url, '--verify-ssh', '/nonexistent/key');
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('/nonexistent/key');
  expect(existsSync(join(bench.out, 'page'))).toBe(false);
});

it('ends a single run with 7 while a commit waits for a person', async () => {
  const key = join(bench.out, '..', 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada', '-f', key]);
  const unsigned = await bench.push({ 'site/page.yaml': bench.page('not signed\n') });
  const url = bench.server.url('shop.git');
  const once = ['up', '--once', '--repo', url, '--verify-ssh', `${key}.pub`];
  // The second run finds the commit held already, and says so as well.
  for (const ended of [await bench.run(...once), await bench.run(...once)]) {
    expect(ended.code).toBe(7);
    expect(ended.stderr).toContain('is not signed');
    expect(ended.stderr).toContain(`fairlead approve ${unsigned.slice(0, 12)}`);
  }
  expect(existsSync(join(bench.out, 'page'))).toBe(false);
});
