import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openGit } from '../source/git.ts';
import { createObjectReader } from '../source/object-reader.ts';
import type { Tree } from '../source/source.ts';
import { TreeCache } from '../source/tree-cache.ts';
import { createTree } from '../source/tree.ts';
import { systemClock } from '../system/clock.ts';

/** Content of a file, or where a symbolic link leads. */
export type TestFile = string | Uint8Array | { readonly link: string };

/** A repository of a test; disposing of it removes its folder. */
export interface TestRepository extends AsyncDisposable {
  /** Commits exactly these files and gives their tree, read from Git objects. */
  commit(files: Readonly<Record<string, TestFile>>): Tree;
  readonly folder: string;
}

/** A real repository in a temporary folder. */
export async function createTestRepository(): Promise<TestRepository> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-tree-'));
  const git = await openGit({ environment: process.env, clock: systemClock });
  const run = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('init', '-q');
  const reader = createObjectReader(
    git,
    { repository: join(folder, '.git') },
    { clock: systemClock },
  );
  return {
    folder,
    commit: (files) => {
      run('rm', '-rfq', '--ignore-unmatch', '.');
      for (const [path, content] of Object.entries(files)) {
        const full = join(folder, path);
        mkdirSync(dirname(full), { recursive: true });
        if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, full);
        else writeFileSync(full, content);
      }
      run('add', '-A', '-f');
      run(
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@t',
        'commit',
        '-q',
        '--allow-empty',
        '-m',
        'test',
      );
      const root = run('rev-parse', 'HEAD^{tree}').trim();
      return createTree({ reader: () => reader, cache: new TreeCache(), resource: folder }, root);
    },
    [Symbol.asyncDispose]: async () => {
      await reader.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
