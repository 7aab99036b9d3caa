import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Violation } from '../judge/violation.ts';
import type { Played } from './job.ts';
import { applyHunks, parseDefect } from './patch.ts';
import type { Defect } from './patch.ts';
import { runJob, startWorker } from './pool.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(import.meta.dirname, '../defects');

/** Schedules that a defect is given to show itself, after all scenarios. */
export const mostSeeds = 160;
/** A defect may make the engine spin, so there is an end to it. */
const mostMs = 30_000;
const chunk = 20;

export interface DefectResult {
  readonly defect: Defect;
  /** What gave it away; `null`: nothing did. */
  readonly caught: { readonly seed: Played['seed']; readonly violation: Violation } | null;
  /** Why it could not be tried. */
  readonly failure: string | null;
}

/** All defects, in the order of their names. */
export async function readDefects(prefix: string | null): Promise<readonly Defect[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.patch')).toSorted();
  return Promise.all(
    names
      .filter((name) => prefix === null || name.startsWith(prefix))
      .map(async (name) =>
        parseDefect(name.replace(/\.patch$/, ''), await readFile(join(folder, name), 'utf8')),
      ),
  );
}

/** Plants one defect after the other into copies of the source, and plays schedules until it shows. */
export async function tryDefects(
  defects: readonly Defect[],
  workers: number,
  onResult: (result: DefectResult) => void,
): Promise<void> {
  const queue = [...defects];
  const lane = async (): Promise<void> => {
    const copy = await copySource();
    try {
      for (let defect = queue.shift(); defect !== undefined; defect = queue.shift())
        onResult(await tryDefect(copy, defect));
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, defects.length) }, lane));
}

/** Source and simulator without tests, in a temporary folder. */
async function copySource(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'fairlead-sim-'));
  for (const part of ['src', join('test', 'sim')]) {
    await cp(join(root, part), join(copy, part), {
      recursive: true,
      filter: (path) => !/\.test\.ts$|\.testing\.ts$|\.patch$/.test(path.split(sep).at(-1) ?? ''),
    });
  }
  await writeFile(join(copy, 'package.json'), '{"type": "module"}\n');
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function tryDefect(copy: string, defect: Defect): Promise<DefectResult> {
  const originals = new Map<string, string>();
  try {
    for (const file of defect.files) {
      const path = join(copy, file.file);
      const text = await readFile(path, 'utf8');
      originals.set(path, text);
      await writeFile(path, applyHunks(defect.name, file, text));
    }
    return { defect, caught: await showsItself(copy), failure: null };
  } catch (thrown) {
    return { defect, caught: null, failure: String(thrown) };
  } finally {
    for (const [path, text] of originals) await writeFile(path, text);
  }
}

async function showsItself(copy: string): Promise<DefectResult['caught']> {
  const worker = startWorker(pathToFileURL(join(copy, 'test/sim/cli/worker.ts')));
  let caught: DefectResult['caught'] = null;
  let seed = 1;
  const onPlayed = (played: Played): void => {
    const [violation] = played.violations;
    if (violation !== undefined) caught ??= { seed: played.seed, violation };
    if (typeof played.seed === 'number') seed = played.seed + 1;
  };
  const tooLong = Promise.withResolvers<'too long'>();
  const timer = setTimeout(() => tooLong.resolve('too long'), mostMs);
  try {
    while (caught === null && seed <= mostSeeds) {
      const seeds = Array.from({ length: chunk }, (_, at) => seed + at);
      const ended = await Promise.race([
        runJob(worker, { scenarios: seed === 1, seeds, replayed: [] }, onPlayed),
        tooLong.promise,
      ]);
      if (ended !== 'too long' || caught !== null) continue;
      const message = `what began with seed ${seed} did not end`;
      return { seed, violation: { rule: 'livelock', message, atMs: 0 } };
    }
    return caught;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
