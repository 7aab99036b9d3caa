import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git.ts';
import { application, createLocalBench, surroundings } from '../support/local-bench.ts';
import type { LocalBench } from '../support/local-bench.ts';
import { programEnvironment, until } from '../support/program.ts';
import { run } from '../../src/cli/testing.ts';

/**
 * A unique canary in every secret, in every variable of the controller and in every file of the machine that is not for
 * everybody. After deployments, drift, failures, changes, a backup and every command in every format none of them may turn
 * up anywhere but where it belongs: in the files and processes that it is for.
 */

/** By what each is; the value is not to be found by accident. */
const canaries = {
  fileFromEnv: 'canary-1b7e-file-from-env',
  fileFromFile: 'canary-2c8f-file-from-file',
  processFromEnv: 'canary-3d90-process-from-env',
  processFromFile: 'canary-4ea1-process-from-file',
  commandFromEnv: 'canary-5fb2-command-from-env',
  unused: 'canary-60c3-nobody-refers-to-it',
  token: 'canary-71d4-token-of-a-source',
  drift: 'canary-82e5-written-by-hand',
  foreign: 'canary-93f6-file-of-somebody-else',
  rotated: 'canary-a407-next-value-of-a-secret',
} as const;

/** Of the controller, and of whoever runs a command. */
const environment = {
  FILE_SECRET: canaries.fileFromEnv,
  PROCESS_SECRET: canaries.processFromEnv,
  COMMAND_SECRET: canaries.commandFromEnv,
  UNUSED: canaries.unused,
  SOURCE_TOKEN: canaries.token,
};

let secrets: string;
let bench: LocalBench;
beforeEach(() => {
  secrets = temporaryFolder('fairlead-canary-');
  writeFileSync(join(secrets, 'file'), canaries.fileFromFile, { mode: 0o600 });
  writeFileSync(join(secrets, 'process'), `${canaries.processFromFile}\n`, { mode: 0o600 });
  bench = createLocalBench({ env: environment });
});
afterEach(async () => {
  endProcesses();
  await bench[Symbol.asyncDispose]();
  rmSync(secrets, { recursive: true, force: true });
});

/** What the target was still running. */
function endProcesses(): void {
  const folder = join(bench.hostDir, 'processes');
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const pid = /"pid":(\d+)/.exec(readFileSync(join(folder, file), 'utf8'))?.[1];
    try {
      if (pid !== undefined) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

/** Everything that is said, by where. */
const said = new Map<string, string>();

const host = (kind: string, name: string, spec: unknown): string =>
  `apiVersion: host.fairlead.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${JSON.stringify(spec)}\n---\n`;

/** A program that runs; what it says on the way out has its secrets in it. */
function program(exits: boolean): readonly string[] {
  const last = exits
    ? `console.error('Error: ' + process.env.A + ' ' + process.env.B); process.exit(3)`
    : 'setInterval(() => {}, 1000)';
  return [process.execPath, '-e', last];
}

function resources(more = ''): string {
  const at = (name: string) => join(bench.out, name);
  return (
    host('File', 'one', {
      path: at('one'),
      mode: '0600',
      contentFrom: { fromEnv: 'FILE_SECRET' },
    }) +
    host('File', 'two', {
      path: at('two'),
      mode: '0600',
      contentFrom: { fromFile: join(secrets, 'file') },
    }) +
    host('File', 'plain', { path: at('plain'), mode: '0600', content: 'public\n' }) +
    host('Process', 'web', {
      argv: program(false),
      env: { A: { fromEnv: 'PROCESS_SECRET' }, B: { fromFile: join(secrets, 'process') } },
      restartOn: ['one', 'two'],
    }) +
    host('Command', 'job', {
      check: ['test', '-f', at('done')],
      run: ['sh', '-c', `test -n "$A" && touch ${at('done')}`],
      env: { A: { fromEnv: 'COMMAND_SECRET' } },
    }) +
    more
  );
}

function configuration(): string {
  return `${surroundings(bench.hostDir)}---
apiVersion: fairlead.dev/v1alpha1
kind: Source
metadata: { name: away }
spec: { url: 'http://127.0.0.1:9/none.git', auth: { token: { fromEnv: SOURCE_TOKEN } }, interval: 1s }
${application('site')}${application('over')}${application('bad', ', timeouts: {health: 3s}')}`;
}

async function say(...args: readonly string[]): Promise<void> {
  // The real command line within this process: starting Node takes longer than what it does.
  const { stdout, stderr, code } = await run(['--state-dir', bench.stateDir, ...args], {
    cwd: bench.folder,
    env: programEnvironment({ HOME: bench.folder, ...environment }),
  });
  said.set(`fairlead ${args.join(' ')}`, `${String(code)}\n${stdout}\n${stderr}`);
}

/** Every file below a folder, whole: all pages of a database, also those that are free, and its journal. */
function readAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    said.set(relative(bench.folder, path), readFileSync(path, 'latin1'));
  }
}

/** Command lines of every process that can be seen. */
function readCommandLines(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      said.set(`/proc/${pid}/cmdline`, readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    } catch {
      // It has ended.
    }
  }
}

/** The value as it is, and as it might have been written; a plain digest can be guessed from. */
function forms(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  return [
    value,
    bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
    bytes.toString('hex'),
    encodeURIComponent(value),
    value.split('').toReversed().join(''),
    Buffer.from(value, 'utf16le').toString('latin1'),
    digest(value),
    digest(`${value}\n`),
  ];
}

function findings(): readonly string[] {
  return Object.entries(canaries).flatMap(([name, value]) =>
    [...said].flatMap(([where, text]) =>
      forms(value)
        .filter((form) => text.includes(form))
        .map((form) => `${name} as ${form.slice(0, 40)} in ${where}`),
    ),
  );
}

/** What a person could ask. */
async function ask(formats: readonly string[]): Promise<void> {
  const kinds = ['applications', 'sources', 'environments', 'targets', 'releases', 'holds'];
  const lists = [['history'], ['events', '-n', '1000'], ...kinds.map((kind) => ['get', kind])];
  for (const format of formats) {
    for (const list of lists) await say(...list, '-o', format, '--server');
  }
  for (const format of formats.filter((one) => one !== 'wide')) {
    await say('describe', 'site', '-o', format, '--server');
    await say('describe', 'bad', '-o', format, '--server');
  }
  await say('describe', 'site', '--full', '--server');
  await say('describe', 'bad', '--full', '--server');
  await say('describe', 'over', '--full', '--server');
  for (const format of formats) {
    await say('plan', '-o', format, '--server');
    await say('diff', '-o', format, '--server');
    for (const verb of ['plan', 'diff'])
      await say('-C', bench.checkout.directory, verb, '-o', format, '--local');
  }
  await say('plan', '--full', '--server');
  await say('-C', bench.checkout.directory, 'render', '--local');
  await say('-C', bench.checkout.directory, 'validate');
  await say('doctor');
  for (const release of await bench.api.releases({ limit: 100 })) {
    said.set(`release ${release.id}`, JSON.stringify(release));
    await say('describe', `release/${release.id}`, '--full', '--server');
  }
}

test('no canary turns up where it does not belong', { timeout: 240_000 }, async () => {
  said.clear();
  mkdirSync(join(bench.out, 'sub'));
  writeFileSync(join(bench.out, 'sub/theirs'), canaries.foreign, { mode: 0o600 });
  const first = bench.checkout.commit({
    'fairlead.yaml': configuration(),
    'site/all.yaml': resources(),
    'bad/bad.yaml': bench.file('bad', 'x'),
    'over/over.yaml': host('File', 'theirs', {
      path: join(bench.out, 'sub/theirs'),
      mode: '0600',
      content: 'ours\n',
    }),
  });
  const controller = await bench.start('--log-format', 'json');
  await bench.settled(first, 'site', 'bad');
  expect([bench.content('one'), bench.content('two')]).toEqual([
    canaries.fileFromEnv,
    canaries.fileFromFile,
  ]);
  await bench.application('over', 'a question', ({ state }) => state === 'awaiting-approval');
  readCommandLines();

  // Drift: by hand, in a file that not everybody may read, and in the secret files themselves.
  writeFileSync(join(bench.out, 'plain'), canaries.drift);
  writeFileSync(join(bench.out, 'one'), canaries.drift);
  await until(
    'healed',
    () => bench.content('plain') === 'public\n' && bench.content('one') === canaries.fileFromEnv,
    bench.why,
  );

  // What fails: a process and a command that say their secrets, a secret that is missing, a file in the way.
  bench.checkout.commit({
    'bad/bad.yaml':
      host('Process', 'dies', {
        argv: program(true),
        restart: 'never',
        env: { A: { fromEnv: 'PROCESS_SECRET' }, B: { fromFile: join(secrets, 'process') } },
      }) +
      host('Command', 'dies', {
        run: ['sh', '-c', 'echo "fatal: $A" >&2; exit 4'],
        env: { A: { fromEnv: 'COMMAND_SECRET' } },
      }),
  });
  await until(
    'a failure',
    async () =>
      (await bench.api.releases({ limit: 100 })).some(
        ({ application: name, outcome }) =>
          name === 'bad' && outcome !== null && outcome !== 'succeeded',
      ),
    bench.why,
    60_000,
  );
  await ask(['wide', 'json', 'yaml']);
  bench.checkout.commit({
    'bad/bad.yaml': host('File', 'none', {
      path: join(bench.out, 'none'),
      contentFrom: { fromFile: join(secrets, 'missing') },
    }),
  });
  await bench.application(
    'bad',
    'a missing secret',
    (view) => view.error?.code === 'host.secret-missing',
    60_000,
  );

  // A secret that changes, and files that stop being secret.
  writeFileSync(join(secrets, 'file'), canaries.rotated);
  chmodSync(join(secrets, 'file'), 0o600);
  const second = bench.checkout.commit({
    'site/all.yaml': resources(
      host('File', 'three', { path: join(bench.out, 'three'), content: 'x' }),
    ),
    'bad/bad.yaml': bench.file('bad', 'y'),
  });
  await bench.settled(second, 'site', 'bad');
  expect(bench.content('two')).toBe(canaries.rotated);
  const third = bench.checkout.commit({
    'site/all.yaml': resources()
      .replace(JSON.stringify({ fromEnv: 'FILE_SECRET' }), '""')
      .replace('contentFrom', 'content'),
  });
  await bench.settled(third, 'site');
  expect(bench.content('one')).toBe('');
  await ask(['json']);
  readCommandLines();

  // The controller's own words, all that it keeps, and a backup of it.
  await bench.run('backup', join(bench.folder, 'backup'));
  await bench.stop();
  said.set('the controller', controller.text());
  for (const folder of [bench.stateDir, bench.hostDir]) readAll(folder);
  said.set('the backup', readFileSync(join(bench.folder, 'backup'), 'latin1'));
  // What is there to be found is found.
  for (const where of ['state/fairlead.db', 'the controller', 'release', 'fairlead history']) {
    const texts = [...said].filter(([one]) => one.startsWith(where)).map(([, text]) => text);
    expect([where, texts.some((text) => text.includes(third))]).toEqual([where, true]);
  }
  expect(findings().filter((one) => !isTheirOwn(one))).toEqual([]);
});

/** A process may write what it knows to its own log, which is its user's alone; nothing of it may get further. */
function isTheirOwn(finding: string): boolean {
  return /^process\w+ as canary\S* in host\/logs\//.test(finding);
}
