import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SourceAuth } from '../../src/model/config.ts';
import { createTestRepository } from '../support/git.ts';
import type { TestRepository } from '../support/git.ts';
import { createSourceBench } from '../support/source.ts';
import type { SourceBench } from '../support/source.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';

/** A repository behind a real SSH server, as most private ones are. */

let sshd: Sshd;
let upstream: TestRepository;
let bench: SourceBench;

beforeEach(async () => {
  sshd = await startSshd();
  upstream = createTestRepository();
  // No agent and no keys of whoever runs the test.
  bench = await createSourceBench({ PATH: process.env['PATH'], HOME: sshd.folder });
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  upstream.remove();
  await sshd[Symbol.asyncDispose]();
});

const open = (auth: Partial<Extract<SourceAuth, { kind: 'ssh' }>> = {}, path?: string) =>
  bench.open({
    url: sshd.url(path ?? upstream.directory),
    auth: {
      kind: 'ssh',
      keyFile: sshd.keyFile,
      knownHostsFile: sshd.knownHostsFile,
      ...auth,
    },
  });

test('is fetched with a key, from where it was left, and goes on from its mirror while the server is away', async () => {
  const first = upstream.commit({ 'a.yaml': '1' });
  const source = await open();
  expect(await source.fetch()).toMatchObject({ ok: true });
  expect(source.status().current?.commit).toBe(first);
  const second = upstream.commit({ 'a.yaml': '2' });
  await source.fetch();
  expect(source.status().current?.commit).toBe(second);

  await sshd.off();
  upstream.commit({ 'a.yaml': '3' });
  expect(await source.fetch()).toMatchObject({ error: { code: 'source.unreachable' } });
  expect(source.status().current?.commit).toBe(second);
  await sshd.on();
  expect(await source.fetch()).toMatchObject({ ok: true });
  expect(source.status().failing).toBeNull();
});

test('is not asked again for a key that it refuses: that is told as such', async () => {
  upstream.commit({ 'a.yaml': '1' });
  const source = await open({ keyFile: sshd.strangerKeyFile });
  expect(await source.fetch()).toMatchObject({ error: { code: 'source.auth-required' } });
});

test('behind a server of another key than is known is refused, and nothing of it is served', async () => {
  const first = upstream.commit({ 'a.yaml': '1' });
  const source = await open();
  await source.fetch();
  await sshd.off();
  await sshd.on('other');
  upstream.commit({ 'a.yaml': 'of somebody in the middle' });
  expect(await source.fetch()).toMatchObject({ error: { code: 'source.host-key-unknown' } });
  expect(source.status().current?.commit).toBe(first);
});

test('that is not there is told by name', async () => {
  upstream.commit({ 'a.yaml': '1' });
  const gone = await open({}, `${upstream.directory}-gone`);
  expect(await gone.fetch()).toMatchObject({ error: { code: 'source.not-found' } });
});

test('whose key cannot be used: the reason is told, not only that nobody was let in', async () => {
  upstream.commit({ 'a.yaml': '1' });
  const refusal = async () => {
    const fetched = await (await open()).fetch();
    return fetched.ok ? null : fetched.error;
  };
  const good = readFileSync(sshd.keyFile);
  chmodSync(sshd.keyFile, 0o644);
  expect(await refusal()).toMatchObject({
    code: 'source.key-unusable',
    message: expect.stringContaining('bad permissions'),
  });
  chmodSync(sshd.keyFile, 0o600);
  writeFileSync(sshd.keyFile, 'no key at all\n');
  expect(await refusal()).toMatchObject({
    code: 'source.key-unusable',
    message: expect.stringContaining(sshd.keyFile),
  });
  writeFileSync(sshd.keyFile, good);
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'passphrase', '-f', sshd.keyFile]);
  // ssh does not say that it could not ask for the passphrase.
  expect(await refusal()).toMatchObject({
    code: 'source.auth-required',
    hint: expect.stringContaining('without a passphrase'),
  });
});
