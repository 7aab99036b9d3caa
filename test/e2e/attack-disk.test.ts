import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { application, createLocalBench, surroundings } from '../support/local-bench.ts';
import type { LocalBench } from '../support/local-bench.ts';
import { until } from '../support/program.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import type { SmallDisk } from '../support/small-disk.ts';

/**
 * A disk that is full or read-only, wherever it hurts: the controller goes on, says what is wrong, deletes nothing, and
 * catches up by itself when there is room again.
 */

let disk: SmallDisk;
let bench: LocalBench;

function open(where: 'stateDir' | 'hostDir' | 'out'): void {
  bench = createLocalBench({ [where]: join(disk.path, where) });
}

beforeEach(() => {
  disk = mountSmallDisk(8);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  disk[Symbol.dispose]();
});

const count = 30;

function site(version: string): Record<string, string> {
  const files = Array.from({ length: count }, (_, at) =>
    bench.file(`f${at}`, `${version} ${at} ${'x'.repeat(500)}\n`),
  );
  return { 'site/files.yaml': files.join(''), 'well/file.yaml': bench.file('well', version) };
}

function isLive(version: string): boolean {
  for (let at = 0; at < count; at++) {
    if (bench.content(`f${at}`)?.startsWith(`${version} ${at} `) !== true) return false;
  }
  return bench.content('well') === version;
}

function everythingIsThere(): void {
  for (let at = 0; at < count; at++) expect(bench.content(`f${at}`)).toMatch(/^(one|two) .*x\n$/);
}

const faults = {
  full: { begin: () => disk.fill(), end: () => disk.free() },
  'read-only': { begin: () => disk.readOnly(true), end: () => disk.readOnly(false) },
} as const;

describe.runIf(canMount())('a disk', () => {
  describe.each(['stateDir', 'hostDir', 'out'] as const)('with the %s on it', (where) => {
    // What has a database open cannot be made read-only behind its back.
    const kinds = where === 'stateDir' ? (['full'] as const) : (['full', 'read-only'] as const);
    test.each(kinds)('is %s for a while', { timeout: 180_000 }, async (fault) => {
      open(where);
      const configuration = surroundings(bench.hostDir) + application('site') + application('well');
      let commit = bench.checkout.commit({ 'fairlead.yaml': configuration, ...site('one') });
      await bench.start();
      await bench.settled(commit, 'site', 'well');
      expect(isLive('one')).toBe(true);

      faults[fault].begin();
      commit = bench.checkout.commit(site('two'));
      await until(
        'a word about it',
        async () => {
          const status = await bench.api.status();
          const views = await bench.api.applications();
          return (
            views.some(({ error }) => error !== null) ||
            status.sources.some(({ failing }) => failing !== null)
          );
        },
        bench.why,
      );
      everythingIsThere();

      faults[fault].end();
      await bench.settled(commit, 'site', 'well');
      expect(isLive('two')).toBe(true);
      const left = readdirSync(bench.out, { recursive: true, encoding: 'utf8' });
      expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect(await bench.stop()).toBe(0);
    });
  });

  test('with the state folder on it is full: nothing is done that could not be recorded', async () => {
    open('stateDir');
    const configuration = surroundings(bench.hostDir) + application('site') + application('well');
    const commit = bench.checkout.commit({ 'fairlead.yaml': configuration, ...site('one') });
    await bench.start();
    await bench.settled(commit, 'site', 'well');
    disk.fill();
    writeFileSync(join(bench.out, 'f3'), 'broken');
    await bench.application('site', 'says so', ({ error }) => error?.code === 'store.disk-full');
    expect(bench.content('f3')).toBe('broken');
    disk.free();
    await until('healed', () => isLive('one'), bench.why);
    await bench.settled(commit, 'site', 'well');
  });

  test.each(['stateDir', 'hostDir'] as const)(
    'with the %s on it is full or read-only from the start',
    async (where) => {
      open(where);
      const configuration = surroundings(bench.hostDir) + application('site') + application('well');
      bench.checkout.commit({ 'fairlead.yaml': configuration, ...site('one') });
      const once = ['up', '--once', '--repo', bench.checkout.directory];
      for (const fault of ['full', 'read-only'] as const) {
        faults[fault].begin();
        const ended = await bench.run(...once);
        faults[fault].end();
        expect(ended.code).toBe(1);
        expect(ended.stderr).toMatch(/full|no space left|read-only/);
        expect(ended.stderr).not.toContain('internal.unexpected');
      }
      const ended = await bench.run(...once);
      expect(ended).toMatchObject({ code: 0 });
      expect(isLive('one')).toBe(true);
    },
  );
});
