import { describe, expect, it } from 'vitest';
import { chooseTip, isReferenceName } from './follow.ts';

const tags = (...names: readonly string[]) =>
  names.map((name, index) => ({ name: `refs/tags/${name}`, commit: String(index).repeat(40) }));

function highest(range: string, ...names: readonly string[]): string | null {
  return chooseTip({ kind: 'semver', range }, tags(...names))?.reference ?? null;
}

describe('a range of versions', () => {
  it('takes the highest version in it, not the newest or the last by name', () => {
    expect(highest('^1.2.0', '1.10.0', 'v1.9.0', '2.0.0', '1.1.0')).toBe('refs/tags/1.10.0');
  });

  it('takes prereleases only where it names one', () => {
    expect(highest('>=1.0.0', '1.0.0', '2.0.0-rc.1')).toBe('refs/tags/1.0.0');
    expect(highest('>=2.0.0-0', '1.0.0', '2.0.0-rc.1')).toBe('refs/tags/2.0.0-rc.1');
  });

  it('leaves alone what is no version, and branches', () => {
    expect(highest('*', 'latest', 'release-1', '1.2', 'v')).toBeNull();
    expect(
      chooseTip({ kind: 'semver', range: '*' }, [{ name: 'refs/heads/1.0.0', commit: '0' }]),
    ).toBeNull();
  });

  it('takes the one with v of two tags for one version', () => {
    expect(highest('*', '1.0.0', 'v1.0.0')).toBe('refs/tags/v1.0.0');
    expect(highest('*', 'v1.0.0', '1.0.0')).toBe('refs/tags/v1.0.0');
  });
});

describe('a branch', () => {
  it('is not mistaken for a tag or a branch of another folder with its name', () => {
    const references = [
      { name: 'refs/tags/main', commit: 'tag' },
      { name: 'refs/heads/feature/main', commit: 'feature' },
      { name: 'refs/heads/main', commit: 'main' },
    ];
    expect(chooseTip({ kind: 'branch', name: 'main' }, references)?.commit).toBe('main');
    expect(chooseTip({ kind: 'tag', name: 'main' }, references)?.commit).toBe('tag');
    expect(chooseTip({ kind: 'branch', name: 'other' }, references)).toBeNull();
  });
});

describe('the name of a reference', () => {
  it.each(['main', 'feature/x', 'v1.2.3', 'ä', 'HEAD', 'a@b'])('%s is one', (name) => {
    expect(isReferenceName(name)).toBe(true);
  });

  it.each([
    '',
    '-x',
    '--upload-pack=touch',
    'a b',
    'a..b',
    'a\nb',
    'a:b',
    'a*',
    'a^{}',
    'a.lock',
    '.a',
    'a/.b',
    '/a',
    'a/',
    'a//b',
    '@',
    'a@{1}',
    'a\\b',
  ])('%j is none', (name) => {
    expect(isReferenceName(name)).toBe(false);
  });
});
