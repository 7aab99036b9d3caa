import { describe, expect, test } from 'vitest';
import { commands } from '../registry.ts';
import { candidates } from './candidates.ts';
import type { NameKind } from './candidates.ts';

const known: Readonly<Record<NameKind, readonly string[]>> = {
  application: ['shop@dev', 'shop@prod', 'site@dev'],
  environment: ['dev', 'prod'],
  source: ['repository'],
  digest: ['0123456789ab'],
};

async function complete(...words: readonly string[]): Promise<readonly string[] | string> {
  const found = await candidates(commands, words, async (kind) =>
    known[kind].map((value) => ({ value, description: '' })),
  );
  return found.kind === 'path' ? found.of : found.proposals.map((one) => one.value);
}

describe('completion', () => {
  test('proposes commands that begin with what is typed, and no hidden ones', async () => {
    expect(await complete('ro')).toEqual(['rotate', 'rollback']);
    expect(await complete('')).toContain('sync');
    expect(await complete('__')).toEqual([]);
  });

  test('proposes names of applications where one may stand, again and again where several may', async () => {
    expect(await complete('sync', '')).toEqual(known.application);
    expect(await complete('sync', 'shop@dev', 's')).toEqual(known.application);
    expect(await complete('describe', 'sh')).toEqual(['shop@dev', 'shop@prod']);
    expect(await complete('describe', 'shop@dev', '')).toEqual([]);
  });

  test('proposes nouns and names for get', async () => {
    expect(await complete('get', 's')).toEqual(['sources', 'shop@dev', 'shop@prod', 'site@dev']);
  });

  test('proposes options of the command and of all commands', async () => {
    expect(await complete('plan', '--w')).toEqual(['--worktree']);
    expect(await complete('plan', '--st')).toEqual(['--state-dir']);
    expect(await complete('--st')).toEqual(['--state-dir']);
  });

  test('proposes values after an option, glued or apart, and knows which options have none', async () => {
    expect(await complete('plan', '-o', 'j')).toEqual(['json']);
    expect(await complete('plan', '--output=j')).toEqual(['--output=json']);
    expect(await complete('plan', '-e', 'p')).toEqual(['prod']);
    expect(await complete('wait', '--for', 's')).toEqual(['synced']);
    expect(await complete('plan', '--full', 'sh')).toEqual(['shop@dev', 'shop@prod']);
  });

  test('leaves paths to the shell', async () => {
    expect(await complete('--state-dir', '')).toBe('folder');
    expect(await complete('backup', '')).toBe('file');
  });

  test('proposes digests that wait', async () => {
    expect(await complete('approve', '')).toEqual(known.digest);
  });

  test('knows nothing about unknown commands', async () => {
    expect(await complete('nonsense', '')).toContain('sync');
  });
});
