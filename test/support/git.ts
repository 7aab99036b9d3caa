import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Content of files by path; `null` removes one, a mode or a link is said by an object. */
export type Files = Readonly<
  Record<
    string,
    string | Uint8Array | null | { readonly link: string } | { readonly script: string }
  >
>;

/** A real repository with a checkout, in a temporary folder, for tests. Its `remove` ends it. */
export interface TestRepository {
  /** The checkout; a URL for tests without server. */
  readonly directory: string;
  /** Runs Git in it and gives its output, trimmed. */
  git(...parts: readonly string[]): string;
  /** Writes files without committing. */
  write(files: Files): void;
  /** Writes files and commits everything; gives the commit. */
  commit(files: Files, message?: string): string;
  remove(): void;
}

/** The environment of test Git: no configuration but the repository's own, a fixed identity. */
export function gitTestEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !name.startsWith('GIT_')) environment[name] = value;
  }
  return {
    ...environment,
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
}

export function temporaryFolder(prefix = 'fairlead-test-'): string {
  return mkdtempSync(join(tmpdir(), prefix));
}

/** Runs Git in a folder and gives its output, trimmed. */
export function runGit(
  directory: string,
  parts: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): string {
  return execFileSync('git', parts, {
    cwd: directory,
    env: { ...gitTestEnvironment(), ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  }).trim();
}

/** Runs Git while this process goes on, which serves it perhaps. */
export async function runGitBeside(directory: string, parts: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', [...parts], {
    cwd: directory,
    env: gitTestEnvironment(),
  });
  return stdout.trim();
}

/** Makes a repository with branch `main` and no commit. */
export function createTestRepository(
  options: { readonly objectFormat?: 'sha1' | 'sha256' } = {},
): TestRepository {
  const directory = temporaryFolder('fairlead-repository-');
  const git = (...parts: readonly string[]): string => runGit(directory, parts);
  git('init', '--quiet', '-b', 'main', `--object-format=${options.objectFormat ?? 'sha1'}`);
  git('config', 'gc.auto', '0');
  const write = (files: Files): void => {
    for (const [path, content] of Object.entries(files)) {
      const at = join(directory, path);
      rmSync(at, { force: true, recursive: content === null });
      if (content === null) continue;
      mkdirSync(dirname(at), { recursive: true });
      if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(at, content);
      else if ('link' in content) symlinkSync(content.link, at);
      else {
        writeFileSync(at, content.script);
        chmodSync(at, 0o755);
      }
    }
  };
  return {
    directory,
    git,
    write,
    commit(files, message = 'Change') {
      write(files);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
