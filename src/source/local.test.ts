import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestRepository,
  runGit,
  temporaryFolder,
  type TestRepository,
} from '../../test/support/git.ts';
import { text } from '../../test/support/source.ts';
import { unwrap } from '../model/result.ts';
import { systemClock } from '../system/clock.ts';
import { openGit, type Git } from './git.ts';
import { openLocalSource, type LocalSource } from './local.ts';

describe('a source over a checkout', () => {
  let repository: TestRepository;
  let git: Git;
  const opened: LocalSource[] = [];

  beforeEach(async () => {
    repository = createTestRepository();
    git = await openGit({ environment: process.env, clock: systemClock });
  });

  afterEach(async () => {
    for (const source of opened.splice(0)) await source.close();
    repository.remove();
  });

  const open = async (directory: string, worktree = false): Promise<LocalSource> => {
    const source = await openLocalSource({ git, clock: systemClock, directory, worktree });
    opened.push(source);
    return source;
  };

  it('reads HEAD, not what lies in the folder', async () => {
    const commit = repository.commit({ 'a.yaml': 'committed' });
    repository.write({ 'a.yaml': 'changed', 'new.yaml': 'x' });
    const source = await open(repository.directory);
    const revision = unwrap(await source.fetch());
    expect(revision.commit).toBe(commit);
    const tree = source.tree(revision);
    expect(text(await tree.read('a.yaml'))).toBe('committed');
    expect(await tree.read('new.yaml')).toBeNull();
    expect(source.prefix).toBe('');
    expect(source.uncommitted()).toBe(false);
  });

  it('knows where a subfolder stands in its repository', async () => {
    repository.commit({ 'deploy/shop/fairlead.yaml': '' });
    const source = await open(join(repository.directory, 'deploy/shop'));
    expect(source.prefix).toBe('deploy/shop');
    expect(source.topDirectory).toBe(repository.directory);
  });

  it('includes uncommitted and new files with worktree, but no ignored ones', async () => {
    const commit = repository.commit({
      '.gitignore': '*.log\n',
      'kept.yaml': '1',
      'changed.yaml': '1',
      'removed.yaml': '1',
      'staged.yaml': '1',
    });
    repository.write({
      'changed.yaml': '2',
      'removed.yaml': null,
      'new/file.yaml': 'new',
      'debug.log': 'x',
      'staged.yaml': '2',
    });
    repository.git('add', 'staged.yaml');
    const source = await open(repository.directory, true);
    const revision = unwrap(await source.fetch());
    const tree = source.tree(revision);
    expect(text(await tree.read('kept.yaml'))).toBe('1');
    expect(text(await tree.read('changed.yaml'))).toBe('2');
    expect(text(await tree.read('staged.yaml'))).toBe('2');
    expect(text(await tree.read('new/file.yaml'))).toBe('new');
    expect(await tree.read('removed.yaml')).toBeNull();
    expect(await tree.read('debug.log')).toBeNull();
    expect(source.uncommitted()).toBe(true);
    expect(revision.commit).not.toBe(commit);
    expect(await source.changedPaths(commit, revision.commit)).toEqual([
      'changed.yaml',
      'new/file.yaml',
      'removed.yaml',
      'staged.yaml',
    ]);
    // The same content is the same commit, so a plan keeps its name.
    expect(unwrap(await source.fetch())).toEqual(revision);
  });

  it('leaves index, objects and references of the checkout as they are', async () => {
    repository.commit({ 'a.yaml': '1' });
    repository.write({ 'a.yaml': '2', 'b.yaml': 'new' });
    const snapshot = (): string[] =>
      readdirSync(join(repository.directory, '.git'), { recursive: true, withFileTypes: true })
        .map((entry) => join(entry.parentPath, entry.name))
        .toSorted()
        .map((path) => {
          const facts = statSync(path);
          const content = facts.isFile() ? readFileSync(path).toString('base64') : '';
          return `${path} ${facts.isFile() ? facts.mtimeMs : ''} ${content}`;
        });
    const before = snapshot();
    const source = await open(repository.directory, true);
    const revision = unwrap(await source.fetch());
    expect(text(await source.tree(revision).read('b.yaml'))).toBe('new');
    await source.close();
    expect(snapshot()).toEqual(before);
  });

  it('gives HEAD itself where nothing is changed', async () => {
    const commit = repository.commit({ 'a.yaml': '1' });
    const source = await open(repository.directory, true);
    expect(unwrap(await source.fetch()).commit).toBe(commit);
    expect(source.uncommitted()).toBe(false);
  });

  it('sees a change that was written in the same second and size as the index', async () => {
    repository.commit({ 'a.yaml': 'one' });
    const path = join(repository.directory, 'a.yaml');
    const index = statSync(join(repository.directory, '.git/index'));
    repository.write({ 'a.yaml': 'two' });
    utimesSync(path, index.atimeMs / 1_000, index.mtimeMs / 1_000);
    const source = await open(repository.directory, true);
    const revision = unwrap(await source.fetch());
    expect(text(await source.tree(revision).read('a.yaml'))).toBe('two');
  });

  it('reads a checkout without any commit only with worktree', async () => {
    repository.write({ 'a.yaml': '1' });
    const committed = await (await open(repository.directory)).fetch();
    expect(committed).toMatchObject({ ok: false, error: { code: 'source.empty' } });
    const source = await open(repository.directory, true);
    const revision = unwrap(await source.fetch());
    expect(text(await source.tree(revision).read('a.yaml'))).toBe('1');
  });

  it('reads linked work trees and bare repositories', async () => {
    const commit = repository.commit({ 'a.yaml': '1' });
    const folder = temporaryFolder();
    try {
      repository.git('worktree', 'add', '--quiet', join(folder, 'linked'), '-b', 'other');
      const linked = await open(join(folder, 'linked'));
      expect(unwrap(await linked.fetch()).commit).toBe(commit);
      runGit(folder, ['clone', '--quiet', '--bare', repository.directory, 'bare.git']);
      const bare = await open(join(folder, 'bare.git'));
      const revision = unwrap(await bare.fetch());
      expect(text(await bare.tree(revision).read('a.yaml'))).toBe('1');
      expect(unwrap(await bare.resolve('main'))).toEqual(revision);
      await expect(open(join(folder, 'bare.git'), true)).rejects.toMatchObject({
        code: 'source.not-a-checkout',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('finds a commit by the names that people give it, an ancestor of a branch included', async () => {
    const commits = ['1', '2', '3'].map((content) => repository.commit({ a: content }));
    const source = await open(repository.directory);
    const found = async (name: string): Promise<string | undefined> => {
      const result = await source.resolve(name);
      return result.ok ? result.value.commit : undefined;
    };
    for (const name of ['main~1', 'HEAD~', 'HEAD^', `${commits[2]!.slice(0, 7)}~1`]) {
      expect(await found(name)).toBe(commits[1]);
    }
    expect(await found('HEAD~2')).toBe(commits[0]);
    expect(await found('main^^')).toBe(commits[0]);
    for (const name of ['HEAD~3', '~1', '--all~1', 'HEAD^{tree}', ':/a', 'main..HEAD']) {
      expect(await found(name)).toBeUndefined();
    }
    expect(await source.resolve(commits[0]!.slice(0, 5))).toMatchObject({
      ok: false,
      error: { hint: expect.stringContaining('7 digits') as string },
    });
  });

  it('takes uncommitted changes of a linked work tree whose path holds a colon', async () => {
    repository.commit({ 'a.yaml': '1' });
    const folder = temporaryFolder('fairlead:test-');
    try {
      runGit(folder, ['clone', '--quiet', repository.directory, 'clone']);
      runGit(join(folder, 'clone'), ['worktree', 'add', '--quiet', '../linked', '-b', 'other']);
      const source = await open(join(folder, 'linked'), true);
      expect(unwrap(await source.fetch()).commit).toBe(repository.git('rev-parse', 'HEAD'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('runs no filter, hook or monitor that the repository names', async () => {
    const trap = join(repository.directory, 'trap');
    repository.commit({ '.gitattributes': '*.yaml filter=trap\n', 'a.yaml': '1' });
    const program = `touch ${trap}; cat`;
    repository.git('config', 'filter.trap.clean', program);
    repository.git('config', 'filter.trap.required', 'true');
    repository.git('config', 'core.fsmonitor', `touch ${trap}`);
    mkdirSync(join(repository.directory, '.git/hooks'), { recursive: true });
    repository.write({
      'a.yaml': '2',
      '.git/hooks/post-index-change': { script: `#!/bin/sh\ntouch ${trap}\n` },
    });
    const source = await open(repository.directory, true);
    const revision = unwrap(await source.fetch());
    expect(text(await source.tree(revision).read('a.yaml'))).toBe('2');
    expect(() => statSync(trap)).toThrow(/ENOENT/);
  });

  it('says so where there is no repository', async () => {
    const folder = temporaryFolder();
    try {
      await expect(open(folder)).rejects.toMatchObject({ code: 'source.not-a-checkout' });
      await expect(open(join(folder, 'nothing'))).rejects.toMatchObject({
        code: 'source.not-a-checkout',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is not misled by variables of a hook that started it', async () => {
    const commit = repository.commit({ 'a.yaml': '1' });
    const inHook = await openGit({
      environment: { ...process.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere/index' },
      clock: systemClock,
    });
    const source = await openLocalSource({
      git: inHook,
      clock: systemClock,
      directory: repository.directory,
      worktree: false,
    });
    opened.push(source);
    expect(unwrap(await source.fetch()).commit).toBe(commit);
  });
});
