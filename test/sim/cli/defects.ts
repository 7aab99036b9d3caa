import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import type { Violation } from '../judge/violation.ts';
import type { Played } from './job.ts';
import type { Options } from './options.ts';
import { applyHunks, parseDefect } from './patch.ts';
import type { Defect } from './patch.ts';
import { runJob, startWorker } from './pool.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(import.meta.dirname, '../defects');

/**
 * Processor time that one chunk may take: a defect may make the engine spin. An intact one needs a tenth of it, and time
 * on the wall would depend on what else the machine does.
 */
const mostCpuMs = 20_000;
const lookMs = 250;
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
  options: Pick<Options, 'workers' | 'from' | 'defectSeeds' | 'scenarios' | 'target'>,
  onResult: (result: DefectResult) => void,
): Promise<void> {
  const queue = [...defects];
  const lane = async (): Promise<void> => {
    const copy = await copySource();
    try {
      for (let defect = queue.shift(); defect !== undefined; defect = queue.shift())
        onResult(await tryDefect(copy, defect, options));
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.workers, defects.length) }, lane));
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

async function tryDefect(copy: string, defect: Defect, given: Given): Promise<DefectResult> {
  const originals = new Map<string, string>();
  try {
    for (const file of defect.files) {
      const path = join(copy, file.file);
      const text = await readFile(path, 'utf8');
      originals.set(path, text);
      await writeFile(path, applyHunks(defect.name, file, text));
    }
    return { defect, caught: await showsItself(copy, given), failure: null };
  } catch (thrown) {
    return { defect, caught: null, failure: String(thrown) };
  } finally {
    for (const [path, text] of originals) await writeFile(path, text);
  }
}

/** What a defect is given to show itself. */
type Given = Pick<Options, 'from' | 'defectSeeds' | 'scenarios' | 'target'>;

async function showsItself(copy: string, given: Given): Promise<DefectResult['caught']> {
  const worker = startWorker(pathToFileURL(join(copy, 'test/sim/cli/worker.ts')));
  let caught: DefectResult['caught'] = null;
  let seed = given.from;
  const end = given.from + given.defectSeeds;
  const onPlayed = (played: Played): void => {
    const [violation] = played.violations;
    if (violation !== undefined) caught ??= { seed: played.seed, violation };
    if (typeof played.seed === 'number') seed = played.seed + 1;
  };
  const run = (scenarios: boolean, length: number): Promise<boolean> => {
    const seeds = Array.from({ length }, (_, at) => seed + at);
    const { target } = given;
    const job = { scenarios, seeds, target, replayed: [], untilBroken: true };
    return within(worker, runJob(worker, job, onPlayed));
  };
  try {
    let ended = given.scenarios ? await run(true, 0) : true;
    while (ended && caught === null && seed < end)
      ended = await run(false, Math.min(chunk, end - seed));
    if (!ended && caught === null) {
      const message = `what began with seed ${seed} did not end`;
      return { seed, violation: { rule: 'livelock', message, atMs: 0 } };
    }
    // Where the simulator itself breaks, nothing was found out.
    const found = caught as DefectResult['caught'];
    if (found?.violation.rule === 'simulator') throw new Error(found.violation.message);
    return found;
  } finally {
    await worker.terminate();
  }
}

/** Waits for a job. @returns whether it ended within the processor time that it is given. */
async function within(worker: Worker, job: Promise<void>): Promise<boolean> {
  const ended = job.then(() => true);
  for (let beganMs: number | null = null; ;) {
    const look = Promise.withResolvers<false>();
    const timer = setTimeout(() => look.resolve(false), lookMs);
    const isEnded = await Promise.race([ended, look.promise]);
    clearTimeout(timer);
    if (isEnded) return true;
    // There is no answer while it starts, and once it has ended; then the job says why.
    const used = await worker.cpuUsage().catch(() => null);
    if (used === null) continue;
    const ms = (used.user + used.system) / 1_000;
    beganMs ??= ms;
    if (ms - beganMs > mostCpuMs) return false;
  }
}
