import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestRepository,
  temporaryFolder,
  type TestRepository,
} from '../../test/support/git.ts';
import { createSourceBench, type SourceBench } from '../../test/support/source.ts';
import type { VerifyConfig } from '../model/config.ts';
import { unwrap } from '../model/result.ts';
import type { MirrorSource } from './mirror-source.ts';

/** A person with keys of both kinds. */
interface Signer {
  /** What makes this person sign, for `git -c`. */
  readonly ssh: readonly string[];
  readonly gpg: readonly string[];
  readonly sshPublic: string;
  readonly gpgPublic: string;
}

let folder: string;
let ada: Signer;
let eve: Signer;

function makeSigner(name: string): Signer {
  const home = join(folder, name);
  mkdirSync(home, { mode: 0o700 });
  const key = join(home, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
  const email = `${name}@example.com`;
  const gpg = (...args: readonly string[]): Buffer =>
    execFileSync('gpg', ['--batch', '--quiet', '--homedir', home, ...args], { stdio: 'pipe' });
  gpg('--passphrase', '', '--quick-generate-key', `${name} <${email}>`, 'ed25519', 'sign', 'never');
  const gpgPublic = join(home, 'gpg.asc');
  writeFileSync(gpgPublic, gpg('--armor', '--export', email));
  const wrapper = join(home, 'gpg');
  writeFileSync(wrapper, `#!/bin/sh\nexec gpg --homedir ${home} "$@"\n`, { mode: 0o755 });
  return {
    ssh: ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${key}`],
    gpg: [
      '-c',
      'gpg.format=openpgp',
      '-c',
      `gpg.program=${wrapper}`,
      '-c',
      `user.signingKey=${email}`,
    ],
    sshPublic: `${key}.pub`,
    gpgPublic,
  };
}

beforeAll(() => {
  folder = temporaryFolder('fairlead-keys-');
  ada = makeSigner('ada');
  eve = makeSigner('eve');
});

afterAll(() => {
  for (const name of ['ada', 'eve']) {
    execFileSync('gpgconf', ['--homedir', join(folder, name), '--kill', 'all']);
  }
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['gpg', 'ssh'] as const)('commits signed with %s', (kind) => {
  const other = kind === 'gpg' ? 'ssh' : 'gpg';
  let upstream: TestRepository;
  let bench: SourceBench;

  beforeEach(async () => {
    upstream = createTestRepository();
    bench = await createSourceBench();
  });

  afterEach(async () => {
    await bench[Symbol.asyncDispose]();
    upstream.remove();
  });

  const publicKey = (signer: Signer): string =>
    kind === 'gpg' ? signer.gpgPublic : signer.sshPublic;

  function commit(content: string, signing: readonly string[] = []): string {
    upstream.write({ a: content });
    upstream.git('add', '--all');
    const sign = signing.length === 0 ? [] : ['-S'];
    upstream.git(...signing, 'commit', '--quiet', '--allow-empty', ...sign, '-m', content);
    return upstream.git('rev-parse', 'HEAD');
  }

  const open = (...signers: readonly Signer[]): Promise<MirrorSource> => {
    const verify: VerifyConfig = { kind, keyFiles: signers.map(publicKey) };
    return bench.open({ url: upstream.directory, verify });
  };

  async function codeOf(source: MirrorSource): Promise<string> {
    const fetched = await source.fetch();
    return fetched.ok ? 'accepted' : fetched.error.code;
  }

  it('by a trusted key are accepted', async () => {
    const source = await open(ada);
    commit('1', ada[kind]);
    expect(await codeOf(source)).toBe('accepted');
    const last = [commit('2', ada[kind]), commit('3', ada[kind])].at(-1);
    expect(unwrap(await source.fetch()).commit).toBe(last);
  });

  it('by any of several trusted keys', async () => {
    const source = await open(ada, eve);
    commit('1', ada[kind]);
    expect(await codeOf(source)).toBe('accepted');
    commit('2', eve[kind]);
    expect(await codeOf(source)).toBe('accepted');
  });

  it('not signed at all, or by somebody else, or in another way: held, with the commit named', async () => {
    commit('1', ada[kind]);
    const source = await open(ada);
    const accepted = unwrap(await source.fetch()).commit;
    for (const [signing, code] of [
      [[], /^source\.signature-missing$/],
      [eve[kind], /^source\.signature-untrusted$/],
      // Git does not say of an OpenPGP signature that there is one, where none is wanted.
      [ada[other], /^source\.signature-(missing|untrusted)$/],
    ] as const) {
      const bad = commit('2', signing);
      expect(await codeOf(source)).toMatch(code);
      expect(source.status().current?.commit).toBe(accepted);
      expect(source.status().held?.commit).toBe(bad);
      expect(source.status().held?.reason).toContain(bad.slice(0, 8));
      upstream.git('reset', '--quiet', '--hard', accepted);
    }
  });

  it('every commit since the accepted one counts, not only the tip', async () => {
    commit('1', ada[kind]);
    const source = await open(ada);
    unwrap(await source.fetch());
    const slipped = commit('2', eve[kind]);
    const tip = commit('3', ada[kind]);
    expect(await codeOf(source)).toBe('source.signature-untrusted');
    expect(source.status().held).toMatchObject({ commit: tip });
    expect(source.status().held?.reason).toContain(slipped.slice(0, 8));
  });

  it('of a branch that was merged count too', async () => {
    const base = commit('1', ada[kind]);
    const source = await open(ada);
    unwrap(await source.fetch());
    upstream.git('checkout', '--quiet', '-b', 'side');
    const unsigned = commit('2');
    upstream.git('checkout', '--quiet', 'main');
    expect(upstream.git('rev-parse', 'HEAD')).toBe(base);
    upstream.git(...ada[kind], 'merge', '--quiet', '--no-ff', '-S', '-m', 'Merge', 'side');
    expect(await codeOf(source)).toBe('source.signature-missing');
    expect(source.status().held?.reason).toContain(unsigned.slice(0, 8));
  });

  it('only the tip counts the first time, when nobody knows the history yet', async () => {
    commit('1');
    commit('2', eve[kind]);
    const tip = commit('3', ada[kind]);
    const source = await open(ada);
    expect(unwrap(await source.fetch()).commit).toBe(tip);
  });

  it('nothing is served while the first tip is not trusted', async () => {
    const tip = commit('1', eve[kind]);
    const source = await open(ada);
    expect(await codeOf(source)).toBe('source.signature-untrusted');
    expect(source.status()).toMatchObject({ current: null, held: { commit: tip } });
    expect((await source.resolve('main')).ok).toBe(false);
    expect((await source.resolve(tip)).ok).toBe(false);
  });

  it('that changed after they were signed are not trusted', async () => {
    commit('1', ada[kind]);
    const source = await open(ada);
    unwrap(await source.fetch());
    commit('2', ada[kind]);
    const raw = upstream.git('cat-file', 'commit', 'HEAD');
    const forged = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
      cwd: upstream.directory,
      input: `${raw.replace(/\n2$/, '\nforged')}\n`,
      encoding: 'utf8',
    }).trim();
    upstream.git('update-ref', 'refs/heads/main', forged);
    expect(await codeOf(source)).toBe('source.signature-untrusted');
  });

  it.each(['SSH SIGNATURE', 'PGP SIGNATURE', 'SIGNED MESSAGE'])(
    'with rubbish where a signature should be (%s) are not trusted, and held like others',
    async (header) => {
      commit('1', ada[kind]);
      const source = await open(ada);
      unwrap(await source.fetch());
      const [tree, parent] = ['HEAD^{tree}', 'HEAD'].map((name) => upstream.git('rev-parse', name));
      const lines = [`-----BEGIN ${header}-----`, ' ', ' U1NIU0lH', ` -----END ${header}-----`];
      const planted = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
        cwd: upstream.directory,
        input: `tree ${tree}\nparent ${parent}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\ngpgsig ${lines.join('\n')}\n\n2\n`,
        encoding: 'utf8',
      }).trim();
      upstream.git('update-ref', 'refs/heads/main', planted);
      for (let round = 0; round < 5; round += 1) {
        expect(await codeOf(source)).toMatch(/^source\.signature-(missing|untrusted)$/);
      }
      expect(source.status().held?.commit).toBe(planted);
    },
  );

  it('can be taken by a person who looked at them; the next one is measured from there', async () => {
    commit('1', ada[kind]);
    const source = await open(ada);
    unwrap(await source.fetch());
    const unsigned = commit('2');
    expect(await codeOf(source)).toBe('source.signature-missing');
    expect(unwrap(await source.confirm(unsigned, 'ada')).commit).toBe(unsigned);
    expect(await codeOf(source)).toBe('accepted');
    commit('3', ada[kind]);
    expect(await codeOf(source)).toBe('accepted');
  });

  it('no way back leads to what was never accepted', async () => {
    const first = commit('1', ada[kind]);
    const source = await open(ada);
    unwrap(await source.fetch());
    const bad = commit('2', eve[kind]);
    expect(await codeOf(source)).toBe('source.signature-untrusted');
    expect(await source.resolve(bad)).toMatchObject({
      error: { code: 'source.signature-untrusted' },
    });
    expect(unwrap(await source.resolve('main')).commit).toBe(first);
    expect(unwrap(await source.resolve(first)).commit).toBe(first);
  });

  it('are looked at again when signatures are demanded from now on', async () => {
    commit('1', eve[kind]);
    const careless = await bench.open({ url: upstream.directory });
    unwrap(await careless.fetch());
    const source = await open(ada);
    expect(await codeOf(source)).toBe('source.signature-untrusted');
    commit('2', ada[kind]);
    expect(await codeOf(source)).toBe('accepted');
  });

  it("no key ring, trust or program of the operator's or the repository's counts", async () => {
    commit('1', eve[kind]);
    const trap = join(folder, `trap-${kind}`);
    const program = join(folder, `program-${kind}`);
    // Says that all is good, as a real one would.
    writeFileSync(
      program,
      `#!/bin/sh\ntouch ${trap}\necho '[GNUPG:] GOODSIG 1 eve' >&1\necho '[GNUPG:] TRUST_ULTIMATE' >&1\necho 'Good "git" signature for eve with ED25519 key x'\n`,
      { mode: 0o755 },
    );
    const settings = [
      ['gpg.program', program],
      ['gpg.ssh.program', program],
      ['gpg.openpgp.program', program],
      ['gpg.ssh.allowedSignersFile', eve.sshPublic],
    ] as const;
    for (const [name, value] of settings) upstream.git('config', name, value);
    await bench[Symbol.asyncDispose]();
    bench = await createSourceBench({
      ...process.env,
      GNUPGHOME: join(folder, 'eve'),
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(
        settings.flatMap(([name, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, name],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
    });
    expect(await codeOf(await open(ada))).toBe('source.signature-untrusted');
    expect(existsSync(trap)).toBe(false);
  });

  it.each([
    ['is not there', null],
    ['holds no key', 'hello\n'],
  ])('a key file that %s is an error, not a free pass', async (_, content) => {
    commit('1', ada[kind]);
    const file = join(folder, 'broken-key');
    rmSync(file, { force: true });
    if (content !== null) writeFileSync(file, content);
    const source = await bench.open({
      url: upstream.directory,
      verify: { kind, keyFiles: [file] },
    });
    expect(await codeOf(source)).toMatch(/^source\.signature-(tool-missing|untrusted)$/);
    expect(source.status().current).toBeNull();
  });
});

describe('an SSH key', () => {
  it('counts for Git only, and by the rules of its line where it has some', async () => {
    const upstream = createTestRepository();
    const bench = await createSourceBench();
    try {
      upstream.git(...ada.ssh, 'commit', '--quiet', '--allow-empty', '-S', '-m', '1');
      const key = readFileSync(ada.sshPublic, 'utf8').trim();
      const file = join(folder, 'allowed_signers');
      const codes: string[] = [];
      for (const line of [
        `ada@example.com namespaces="git" ${key}`,
        `* namespaces="file" ${key}`,
        `* namespaces="git",valid-before="20200101" ${key}`,
      ]) {
        writeFileSync(file, `# who may sign\n\n${line}\n`);
        const source = await bench.open({
          name: `source-${codes.length}`,
          url: upstream.directory,
          verify: { kind: 'ssh', keyFiles: [file] },
        });
        const fetched = await source.fetch();
        codes.push(fetched.ok ? 'accepted' : fetched.error.code);
      }
      expect(codes).toEqual([
        'accepted',
        'source.signature-untrusted',
        'source.signature-untrusted',
      ]);
    } finally {
      await bench[Symbol.asyncDispose]();
      upstream.remove();
    }
  });
});
