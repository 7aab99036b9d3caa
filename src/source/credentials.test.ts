import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBareRepository, serveGit, type GitHttpServer } from '../../test/support/git-http.ts';
import {
  createTestRepository,
  temporaryFolder,
  type TestRepository,
} from '../../test/support/git.ts';
import { createSourceBench, type SourceBench } from '../../test/support/source.ts';
import type { SourceAuth } from '../model/config.ts';
import { unwrap } from '../model/result.ts';
import type { MirrorSource } from './mirror-source.ts';

/** Turns up nowhere but at the server that asked for it. */
const canary = 'canary-4711%/"$(id)';

let server: GitHttpServer;
let upstream: TestRepository;
let folder: string;
const benches: SourceBench[] = [];

beforeEach(async () => {
  server = await serveGit();
  upstream = createTestRepository();
  folder = temporaryFolder();
  const bare = createBareRepository(server, 'shop.git');
  upstream.commit({ 'a.yaml': '1' });
  upstream.git('push', '--quiet', bare, 'main');
  server.credentials = { user: 'robot', password: canary };
});

afterEach(async () => {
  for (const bench of benches.splice(0)) await bench[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  upstream.remove();
  rmSync(folder, { recursive: true });
});

async function open(
  auth: SourceAuth | null,
  environment: Readonly<Record<string, string>> = {},
): Promise<MirrorSource> {
  const bench = await createSourceBench({
    PATH: process.env['PATH'],
    HOME: folder,
    ...environment,
  });
  benches.push(bench);
  return bench.open({ url: server.url('shop.git'), auth });
}

const token = (from: { fromEnv?: string; fromFile?: string }): SourceAuth => ({
  kind: 'token',
  username: 'robot',
  ...from,
});

/** Every file of the state folder, one text. */
function stateOf(): string {
  return benches
    .flatMap(({ directory }) =>
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')),
    )
    .join('\n');
}

describe('a token', () => {
  it('comes from a variable of the environment', async () => {
    const source = await open(token({ fromEnv: 'SHOP_TOKEN' }), { SHOP_TOKEN: `${canary}\n` });
    expect(await source.fetch()).toMatchObject({ ok: true });
  });

  it('comes from a file, read anew for every fetch: a rotated one is used at once', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, `${canary}\n`);
    const source = await open(token({ fromFile: file }));
    unwrap(await source.fetch());
    server.credentials = { user: 'robot', password: 'rotated' };
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.auth-required' } });
    writeFileSync(file, 'rotated');
    expect(await source.fetch()).toMatchObject({ ok: true });
  });

  it.each([
    ['an unset variable', { fromEnv: 'UNSET' }],
    ['an empty variable', { fromEnv: 'EMPTY' }],
    ['a variable of two lines', { fromEnv: 'TWO' }],
    ['a file that is not there', { fromFile: '/nonexistent/token' }],
  ])('that is not usable (%s) is an error before anybody is asked', async (_, from) => {
    const source = await open(token(from), { EMPTY: '', TWO: `${canary}\nhost=example.org` });
    const fetched = await source.fetch();
    expect(fetched).toMatchObject({ error: { code: 'source.credential-missing' } });
    expect(JSON.stringify(fetched)).not.toContain('canary');
    expect(server.requests).toEqual([]);
  });

  it('is refused for a URL that is not http(s)', async () => {
    const bench = await createSourceBench({ ...process.env, T: canary });
    benches.push(bench);
    const source = await bench.open({ url: upstream.directory, auth: token({ fromEnv: 'T' }) });
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.url-invalid' } });
  });

  it('stands in no argument list, no file, no status and no error', async () => {
    const seen = join(folder, 'seen');
    mkdirSync(join(folder, 'bin'));
    // A Git that writes down how it was started.
    writeFileSync(
      join(folder, 'bin', 'git'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> ${seen}\nPATH=\${PATH#*:} exec git "$@"\n`,
      { mode: 0o755 },
    );
    const source = await open(token({ fromEnv: 'SHOP_TOKEN' }), {
      SHOP_TOKEN: canary,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    });
    unwrap(await source.fetch());
    server.credentials = { user: 'robot', password: 'another' };
    const refused = await source.fetch();
    expect(refused).toMatchObject({ error: { code: 'source.auth-required' } });
    expect(readFileSync(seen, 'utf8')).toContain('ls-remote');
    for (const text of [
      readFileSync(seen, 'utf8'),
      stateOf(),
      JSON.stringify([refused, source.status()]),
    ]) {
      expect(text).not.toContain('canary-4711');
    }
  });

  it('goes to no other server, also where the first one sends on to another', async () => {
    await using other = await serveGit();
    other.credentials = { user: 'robot', password: canary };
    server.mode = 'redirect';
    server.redirectTo = other.url('').replace(/\/$/, '');
    const source = await open(token({ fromEnv: 'SHOP_TOKEN' }), { SHOP_TOKEN: canary });
    const fetched = await source.fetch();
    expect(fetched).toMatchObject({ error: { code: 'source.redirected' } });
    expect(other.requests).toEqual([]);
  });
});

describe("the operator's own set-up", () => {
  it('without one, a server that asks is told at once; nobody is asked', async () => {
    const source = await open(null);
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.auth-required' } });
    expect(source.status().current).toBeNull();
  });

  it('lets a credential helper answer', async () => {
    const configuration = join(folder, 'config');
    writeFileSync(join(folder, 'password'), canary);
    const helper = `!f() { echo username=robot; echo "password=$(cat ${folder}/password)"; }; f`;
    writeFileSync(configuration, `[credential]\n\thelper = ${JSON.stringify(helper)}\n`);
    const source = await open(null, { GIT_CONFIG_GLOBAL: configuration });
    expect(await source.fetch()).toMatchObject({ ok: true });
    expect(stateOf()).not.toContain('canary-4711');
  });

  it('is not asked where the source has its own credentials', async () => {
    const configuration = join(folder, 'config');
    const trap = join(folder, 'asked');
    const helper = `!f() { touch ${trap}; }; f`;
    writeFileSync(configuration, `[credential]\n\thelper = ${JSON.stringify(helper)}\n`);
    const source = await open(token({ fromEnv: 'T' }), {
      T: canary,
      GIT_CONFIG_GLOBAL: configuration,
    });
    expect(await source.fetch()).toMatchObject({ ok: true });
    expect(readdirSync(folder)).not.toContain('asked');
  });

  it('may not run a program to ask somebody', async () => {
    const trap = join(folder, 'asked');
    const asking = join(folder, 'ask');
    writeFileSync(asking, `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    const configuration = join(folder, 'config');
    writeFileSync(configuration, `[core]\n\taskPass = ${asking}\n`);
    const source = await open(null, {
      GIT_ASKPASS: asking,
      SSH_ASKPASS: asking,
      GIT_CONFIG_GLOBAL: configuration,
    });
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.auth-required' } });
    expect(readdirSync(folder)).not.toContain('asked');
  });
});
