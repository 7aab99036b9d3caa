import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestRepository,
  gitTestEnvironment,
  temporaryFolder,
  type TestRepository,
} from '../../test/support/git.ts';
import { createSourceBench, text, type SourceBench } from '../../test/support/source.ts';
import { unwrap } from '../model/result.ts';

let upstream: TestRepository;
let folder: string;
let trap: string;
const benches: SourceBench[] = [];

beforeEach(() => {
  upstream = createTestRepository();
  folder = temporaryFolder();
  trap = join(folder, 'trap');
});

afterEach(async () => {
  for (const bench of benches.splice(0)) await bench[Symbol.asyncDispose]();
  upstream.remove();
  rmSync(folder, { recursive: true });
});

async function createBench(
  environment: Readonly<Record<string, string>> = {},
): Promise<SourceBench> {
  const bench = await createSourceBench({ ...process.env, ...environment });
  benches.push(bench);
  return bench;
}

/** Puts an object into the repository that Git itself would not make, and gives its id. */
function plant(kind: 'tree' | 'commit' | 'blob', bytes: Uint8Array | string): string {
  return execFileSync('git', ['hash-object', '-t', kind, '--literally', '-w', '--stdin'], {
    cwd: upstream.directory,
    env: gitTestEnvironment(),
    input: bytes,
    encoding: 'utf8',
  }).trim();
}

function treeEntry(mode: string, name: string, oid: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]);
}

/** Makes a commit of a planted tree the tip of the branch. */
function commitTree(tree: string): string {
  const commit = upstream.git('commit-tree', tree, '-p', 'HEAD', '-m', 'Planted');
  upstream.git('update-ref', 'refs/heads/main', commit);
  return commit;
}

describe('a repository that is made to attack its readers', () => {
  it.each([
    ['a file that is called ..', () => [treeEntry('100644', '..', plant('blob', 'x'))]],
    ['a folder that is called .git', () => [treeEntry('40000', '.git', plant('tree', ''))]],
    ['a file with a slash in its name', () => [treeEntry('100644', 'a/b', plant('blob', 'x'))]],
    [
      'one name twice',
      () => [
        treeEntry('100644', 'a', plant('blob', 'x')),
        treeEntry('100644', 'a', plant('blob', 'y')),
      ],
    ],
    [
      'a submodule whose URL is an option',
      () => [
        treeEntry(
          '100644',
          '.gitmodules',
          plant('blob', '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch\n'),
        ),
      ],
    ],
    [
      'a symbolic link as .gitmodules',
      () => [treeEntry('120000', '.gitmodules', plant('blob', 'x'))],
    ],
  ])('with %s is refused as a whole; the last good commit is served', async (_, entries) => {
    const good = upstream.commit({ 'a.yaml': '1' });
    const bench = await createBench();
    const source = await bench.open({ url: upstream.directory });
    unwrap(await source.fetch());
    const bad = commitTree(plant('tree', Buffer.concat(entries())));
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.object-refused' } });
    const { current, failing } = source.status();
    expect(current?.commit).toBe(good);
    expect(failing?.code).toBe('source.object-refused');
    expect(text(await source.tree(current!).read('a.yaml'))).toBe('1');
    expect((await source.resolve(bad)).ok).toBe(false);
    upstream.git('update-ref', 'refs/heads/main', good);
    upstream.git('reset', '--quiet', '--hard');
    const next = upstream.commit({ 'a.yaml': '2' });
    expect(unwrap(await source.fetch()).commit).toBe(next);
  });

  it('with flaws of old, honest histories is taken', async () => {
    upstream.commit({ 'a.yaml': '1' });
    const tree = upstream.git('rev-parse', 'HEAD^{tree}');
    const commit = plant(
      'commit',
      `tree ${tree}\nauthor Ada <ada@example.com> 0000000001 +051800\ncommitter Ada <ada@example.com> 1 +0000\n\nOld\n`,
    );
    upstream.git('update-ref', 'refs/heads/main', commit);
    const source = await (await createBench()).open({ url: upstream.directory });
    expect(unwrap(await source.fetch()).commit).toBe(commit);
  });

  it('runs no program of its hooks, settings and attributes', async () => {
    upstream.commit({ '.gitattributes': '* filter=trap diff=trap\n', 'a.yaml': '1' });
    const bench = await createBench();
    const source = await bench.open({ url: upstream.directory });
    const first = unwrap(await source.fetch());
    const next = upstream.git('commit-tree', first.tree, '-p', first.commit, '-m', 'Next');
    const touch = `#!/bin/sh\ntouch ${trap}\n`;
    const hooks = ['reference-transaction', 'post-update', 'pre-auto-gc', 'post-checkout'];
    const mirror = await bench.mirror(upstream.directory);
    for (const place of [join(upstream.directory, '.git'), mirror]) {
      mkdirSync(join(place, 'hooks'), { recursive: true });
      for (const hook of hooks) {
        writeFileSync(join(place, 'hooks', hook), touch, { mode: 0o755 });
      }
    }
    for (const [name, value] of [
      ['uploadpack.packObjectsHook', `touch ${trap}`],
      ['core.fsmonitor', `touch ${trap}`],
      ['core.sshCommand', `touch ${trap}`],
      ['core.alternateRefsCommand', `touch ${trap}`],
      ['filter.trap.smudge', `touch ${trap}`],
      ['diff.trap.command', `touch ${trap}`],
      ['diff.trap.textconv', `touch ${trap}`],
      ['alias.upload-pack', `!touch ${trap}`],
    ] as const) {
      upstream.git('config', name, value);
    }
    // Written as a file: Git itself would run them here.
    writeFileSync(join(upstream.directory, '.git/refs/heads/main'), `${next}\n`);
    const second = unwrap(await source.fetch());
    expect(second.commit).toBe(next);
    expect(await source.changedPaths(first.commit, second.commit)).toEqual([]);
    expect(existsSync(trap)).toBe(false);
  });

  it('finds no hooks in a template of the operator', async () => {
    mkdirSync(join(folder, 'template/hooks'), { recursive: true });
    writeFileSync(
      join(folder, 'template/hooks/reference-transaction'),
      `#!/bin/sh\ntouch ${trap}\n`,
      { mode: 0o755 },
    );
    upstream.commit({ 'a.yaml': '1' });
    const bench = await createBench({ GIT_TEMPLATE_DIR: join(folder, 'template') });
    unwrap(await (await bench.open({ url: upstream.directory })).fetch());
    expect(existsSync(join(await bench.mirror(upstream.directory), 'hooks'))).toBe(false);
    expect(existsSync(trap)).toBe(false);
  });
});

describe('a URL that is made to run something', () => {
  it.each([
    'ext::sh -c touch% TRAP',
    'ext::touch%20TRAP',
    'fd::3',
    '--upload-pack=touch TRAP',
    '--upload-pack=touch${IFS}TRAP',
    'ssh://-oProxyCommand=touch${IFS}TRAP/x',
    '-oProxyCommand=touch${IFS}TRAP:x',
  ])('%s starts nothing', async (url) => {
    const bench = await createBench();
    const opening = bench.open({ url: url.replace('TRAP', trap) });
    await expect(opening).rejects.toMatchObject({
      code: expect.stringMatching(/^source\.(url-invalid|protocol-refused)$/),
    });
    expect(existsSync(trap)).toBe(false);
  });

  it('reaches no program by a rewriting rule of a variable either', async () => {
    const bench = await createBench({
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: `url.ext::sh -c touch%20${trap} #.insteadOf`,
      GIT_CONFIG_VALUE_0: 'https://git.invalid/',
      GIT_CONFIG_KEY_1: 'protocol.ext.allow',
      GIT_CONFIG_VALUE_1: 'always',
      GIT_ALLOW_PROTOCOL: 'ext',
    });
    const source = await bench.open({ url: 'https://git.invalid/shop.git' });
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.protocol-refused' } });
    expect(existsSync(trap)).toBe(false);
  });

  it.each(['--upload-pack=touch', '-x', 'main:refs/heads/x', '+main', 'a b', 'main\n+x:y'])(
    'nor does the branch %j',
    async (name) => {
      upstream.commit({ 'a.yaml': '1' });
      const bench = await createBench();
      const source = await bench.open({
        url: upstream.directory,
        follow: { kind: 'branch', name },
      });
      expect(await source.fetch()).toMatchObject({ error: { code: 'source.reference-not-found' } });
    },
  );

  it('gives ssh fixed options, and the path of the key as it is', async () => {
    const seen = join(folder, 'seen');
    mkdirSync(join(folder, 'bin'));
    writeFileSync(
      join(folder, 'bin', 'ssh'),
      `#!/bin/sh\nprintf '%s\\n' "$@" >> ${seen}\necho 'ssh: connect to host git.invalid port 22: Connection refused' >&2\nexit 255\n`,
      { mode: 0o755 },
    );
    const keyFile = join(folder, `key 'of' $(touch trap)`);
    writeFileSync(keyFile, 'no real key');
    const bench = await createBench({ PATH: `${join(folder, 'bin')}:${process.env['PATH']}` });
    const source = await bench.open({
      url: `ssh://git@git.invalid/;touch\${IFS}${trap};x.git`,
      auth: { kind: 'ssh', keyFile, knownHostsFile: join(folder, 'known hosts') },
    });
    expect(await source.fetch()).toMatchObject({ error: { code: 'source.unreachable' } });
    const args = readFileSync(seen, 'utf8').split('\n');
    expect(args[args.indexOf('-i') + 1]).toBe(keyFile);
    expect(args).toContain('BatchMode=yes');
    expect(args).toContain('StrictHostKeyChecking=yes');
    expect(args).toContain(`UserKnownHostsFile="${join(folder, 'known hosts')}"`);
    expect(args.at(-2)).toBe(`git-upload-pack '/;touch\${IFS}${trap};x.git'`);
    expect(existsSync(trap)).toBe(false);
  });
});
