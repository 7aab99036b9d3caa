import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { demoBroken, demoToolMissing } from './errors.ts';

const run = promisify(execFile);

/** Files of a repository by path; `null` takes one away. */
export type Files = Readonly<Record<string, string | null>>;

/** The team's repository, with `main` checked out. */
export interface Repository {
  readonly folder: string;
  /** Writes files and commits them. @returns the commit. */
  commit(message: string, files: Files): Promise<string>;
  /** Commits the reverse of the newest commit. @returns the new commit. */
  revert(): Promise<string>;
}

/**
 * Makes an empty repository. Nobody's own Git settings take part: no hooks, no signing, no templates.
 * @throws FairleadError `demo.tool-missing` without Git, `demo.broken` where Git fails.
 */
export async function createRepository(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Repository> {
  const environment = {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_'))),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@shop.example',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@shop.example',
  };
  const git = async (...args: readonly string[]): Promise<string> => {
    try {
      const { stdout } = await run('git', [...args], { cwd: folder, env: environment });
      return stdout.trim();
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if ('code' in error && error.code === 'ENOENT') {
        throw demoToolMissing({ message: 'there is no `git` on the PATH', cause: error });
      }
      throw demoBroken({ message: `git ${args[0]} failed: ${error.message}`, cause: error });
    }
  };
  await mkdir(folder, { recursive: true });
  await git('init', '--quiet', '--initial-branch=main', '--template=', '.');
  return {
    folder,
    commit: async (message, files) => {
      for (const [path, content] of Object.entries(files)) {
        const file = join(folder, path);
        if (content === null) await rm(file, { force: true });
        else {
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, content);
        }
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--message', message);
      return git('rev-parse', 'HEAD');
    },
    revert: async () => {
      await git('revert', '--no-edit', 'HEAD');
      return git('rev-parse', 'HEAD');
    },
  };
}
