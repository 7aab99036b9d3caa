import { appendFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canMount, mountSmallDisk } from '../../../../test/support/small-disk.ts';
import type { LogOptions, Target } from '../../target.ts';
import {
  effectOn,
  forever,
  key,
  logOf,
  manifest,
  node,
  openBench,
  pidOf,
  prepare,
  applying,
  referenceTo,
  run,
  until,
  untilSaid,
} from './bench.testing.ts';
import type { Bench } from './bench.testing.ts';
import { lastWordsOf } from './last-words.ts';
import { rotateLog } from './rotate-log.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(async () => {
  await bench.close();
});

/** Writes numbered lines as fast as it is drained, until there is a file `stop`. */
const counter = (stop: string): string[] =>
  node(
    `let n = 0;
     const more = () => {
       let text = '';
       for (let i = 0; i < 20; i++) text += 'line ' + n++ + '\\n';
       require('fs').writeSync(1, text);
       if (require('fs').existsSync('${stop}')) { console.log('end'); setInterval(() => {}, 1000); }
       else setTimeout(more, 1);
     };
     more();`,
  );

async function collect(target: Target, name: string, options: LogOptions): Promise<string[]> {
  const lines: string[] = [];
  const id = { group: 'host.fairlead.dev', kind: 'Process', namespace: '', name };
  for await (const line of target.logs!(key, id, options)) lines.push(line);
  return lines;
}

describe('a log', () => {
  it('is rotated while its process writes, keeps so many files and goes on in the same one', async () => {
    const { target, folder } = bench;
    const stop = join(folder, 'stop');
    const log = { file: join(folder, 'logs', 'web.log'), maxBytes: 20_000, keep: 2 };
    const { desired, uid } = await run(target, manifest('web', { argv: counter(stop), log }));
    await target.watch({ key, references: [referenceTo(desired, uid)] });
    await until(async () => (await readdir(join(folder, 'logs'))).includes('web.log.2'), 20_000);
    await writeFile(stop, '');
    await untilSaid(log.file, 'end');
    expect((await readdir(join(folder, 'logs'))).toSorted()).toEqual([
      'web.log',
      'web.log.1',
      'web.log.2',
    ]);
    const text = await Promise.all(
      [`${log.file}.2`, `${log.file}.1`, log.file].map((file) => readFile(file, 'utf8')),
    );
    const numbers = text
      .join('')
      .split('\n')
      .flatMap((line) => /^line (\d+)$/.exec(line)?.[1] ?? [])
      .map(Number);
    // In order, each once; a rotation may lose what is written in the moment of the cut.
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    const span = (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) + 1;
    expect(numbers.length).toBeGreaterThan(span * 0.95);
  });

  it('that is flooded keeps its end, within its limits', async () => {
    const file = join(bench.folder, 'log');
    const limits = { maxBytes: 100_000, keep: 1 };
    await writeFile(file, Buffer.alloc(100 * 1024 * 1024, 'x'));
    await appendFile(file, 'the end\n');
    expect(await rotateLog(file, limits)).toBe(true);
    expect((await stat(file)).size).toBe(0);
    const kept = await readFile(`${file}.1`, 'utf8');
    expect(kept.length).toBeLessThan(20_000_000);
    expect(kept.endsWith('the end\n')).toBe(true);
  });

  it.runIf(canMount())(
    'that has filled its disk is cut down all the same, and its process goes on',
    async () => {
      using disk = mountSmallDisk(4);
      const file = join(disk.path, 'web.log');
      const program = 'while :; do echo "a line that says nothing at all" 2>&-; done';
      const { desired, uid } = await run(
        bench.target,
        manifest('web', { argv: ['sh', '-c', program], log: { file, maxBytes: 100_000, keep: 2 } }),
      );
      const pid = await pidOf(bench.target, desired);
      await until(() => statfsSync(disk.path).bfree === 0);
      // As when the controller comes back to a full disk.
      await bench.target.watch({ key, references: [referenceTo(desired, uid)] });
      await until(() => statfsSync(disk.path).bfree > 0);
      await until(async () => (await readdir(disk.path)).includes('web.log.2'));
      expect(await pidOf(bench.target, desired)).toBe(pid);
      await bench.target.remove(effectOn(desired, uid));
    },
  );

  it('that is no larger than its limit is left alone; one without rotated files is emptied', async () => {
    const file = join(bench.folder, 'log');
    await writeFile(file, 'x'.repeat(100));
    expect(await rotateLog(file, { maxBytes: 100, keep: 1 })).toBe(false);
    expect(await rotateLog(file, { maxBytes: 99, keep: 0 })).toBe(true);
    expect((await stat(file)).size).toBe(0);
    expect(await readdir(bench.folder)).not.toContain('log.1');
    expect(await rotateLog(join(bench.folder, 'none'), { maxBytes: 1, keep: 1 })).toBe(false);
  });

  it('gives its last lines, from rotated files, too', async () => {
    const { target } = bench;
    await run(target, manifest('web', { argv: ['sh', '-c', 'echo one; echo two; printf three'] }));
    const file = logOf(bench, 'web');
    await untilSaid(file, 'three');
    await rotateLog(file, { maxBytes: 1, keep: 3 });
    await appendFile(file, 'four\nfive\n');
    expect(await collect(target, 'web', { tail: 3, follow: false })).toEqual([
      'three',
      'four',
      'five',
    ]);
    expect(await collect(target, 'web', { tail: 100, follow: false })).toHaveLength(5);
    expect(await collect(target, 'none', { tail: 100, follow: false })).toEqual([]);
  });

  it('is followed through a rotation, line by line, whole characters only', async () => {
    const { target } = bench;
    await run(target, manifest('web', { argv: ['sh', '-c', 'echo one'] }));
    const file = logOf(bench, 'web');
    await untilSaid(file, 'one');
    const abort = new AbortController();
    const lines: string[] = [];
    const id = { group: 'host.fairlead.dev', kind: 'Process', namespace: '', name: 'web' };
    const following = (async () => {
      const options = { tail: 10, follow: true, signal: abort.signal };
      for await (const line of target.logs!(key, id, options)) lines.push(line);
    })();
    await until(() => lines.length === 1);
    const bytes = Buffer.from('zwölf\n');
    await appendFile(file, bytes.subarray(0, 3));
    await new Promise((resolve) => setTimeout(resolve, 250));
    await appendFile(file, bytes.subarray(3));
    await until(() => lines.length === 2);
    await appendFile(file, 'before\n');
    await rotateLog(file, { maxBytes: 1, keep: 3 });
    await appendFile(file, 'after\n');
    await until(() => lines.length === 4);
    abort.abort();
    await following;
    expect(lines).toEqual(['one', 'zwölf', 'before', 'after']);
  });

  it('goes with its process, unless the manifest says where it is', async () => {
    const { target, folder } = bench;
    const own = join(folder, 'own.log');
    const there = async (path: string) => (await stat(path).catch(() => null)) !== null;
    const quiet = await run(target, manifest('quiet', { argv: forever }));
    const named = await run(target, manifest('named', { argv: forever, log: { file: own } }));
    await rotateLog(logOf(bench, 'quiet'), { maxBytes: -1, keep: 3 });
    await target.remove(effectOn(quiet.desired, quiet.uid));
    await target.remove(effectOn(named.desired, named.uid));
    expect(await readdir(join(bench.stateDir, 'logs', 'shop@dev'))).toEqual([]);
    expect(await there(own)).toBe(true);
  });

  it('is never written through a symlink', async () => {
    const { target, folder } = bench;
    const file = join(folder, 'log');
    await writeFile(join(folder, 'precious'), '');
    await symlink(join(folder, 'precious'), file);
    const desired = await prepare(target, manifest('web', { argv: ['echo', 'x'], log: { file } }));
    await expect(target.apply(applying(desired, null))).rejects.toMatchObject({
      code: 'host.path-invalid',
    });
    await mkdir(join(folder, 'folder'));
    const log = { file: join(folder, 'folder') };
    const other = await prepare(target, manifest('web', { argv: ['echo', 'x'], log }));
    await expect(target.apply(applying(other, null))).rejects.toMatchObject({
      code: 'host.in-the-way',
    });
  });
});

describe('last words', () => {
  const said = async (text: string, from = 0, secrets: string[] = []): Promise<string> => {
    const file = join(bench.folder, 'log');
    await writeFile(file, text);
    return lastWordsOf(file, from, secrets);
  };

  it('are the line that names an error rather than where it happened', async () => {
    expect(
      await said(
        `starting\nnode:events:486\n      throw er;\n\nError: listen EADDRINUSE: 127.0.0.1:80\n    at Server.listen (node:net:1)\nEmitted 'error' event on Server instance at:\n    at emit {\n  code: 'EADDRINUSE'\n}\n\nNode.js v24.1.0\n`,
      ),
    ).toBe('Error: listen EADDRINUSE: 127.0.0.1:80');
    expect(await said('Traceback:\n  File "x"\nModuleNotFoundError: No module\n')).toBe(
      'ModuleNotFoundError: No module',
    );
  });

  it('are the last line where none names an error, or nothing at all', async () => {
    expect(await said('one\ntwo\n\n')).toBe('two');
    expect(await said('')).toBe('');
  });

  it('are those of this start, without colours and secrets', async () => {
    expect(await said('Error: old\n\u001b[31mhello\u001b[0m\n', 11)).toBe('hello');
    // The log was rotated since.
    expect(await said('new\n', 11)).toBe('new');
    expect(await said('token=hunter2\n', 0, ['hunter2'])).toBe('token=«secret»');
  });
});
