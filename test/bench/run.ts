import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildShipped } from './shipped.ts';

/** One run of a benchmark. */
export interface BenchRun<Options> {
  readonly options: Options;
  /** A folder of its own, removed at the end. */
  readonly folder: string;
  /** Path of the program, built as it is published. */
  readonly program: string;
  /** Aborts with Ctrl-C. */
  readonly signal: AbortSignal;
  /** Says on stderr what goes on. */
  readonly say: (text: string) => void;
}

/** A benchmark as a program. */
interface Benchmark<Options, Result> {
  readonly usage: string;
  /** @throws Error with what is wrong with the arguments */
  readonly readOptions: (argv: readonly string[]) => Options | 'help';
  /** Where the folder of the run is made. */
  readonly folderOf: (options: Options) => string;
  readonly measure: (run: BenchRun<Options>) => Promise<Result>;
  /** For stdout. */
  readonly show: (result: Result, options: Options) => string;
  /** Whether every aim was met. Default: there are none. */
  readonly isMet?: (result: Result) => boolean;
}

/**
 * Runs a benchmark to its end.
 * @returns the code to end with: 0 where every aim was met, 130 after Ctrl-C, else 1
 */
export async function runBenchmark<Options, Result>(
  { usage, readOptions, folderOf, measure, show, isMet }: Benchmark<Options, Result>,
  argv: readonly string[],
): Promise<number> {
  let options: Options | 'help';
  try {
    options = readOptions(argv);
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}\n\n${usage}\n`);
    return 1;
  }
  if (options === 'help') {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort(new Error('interrupted'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
  const folder = mkdtempSync(join(folderOf(options), 'fairlead-bench-'));
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  try {
    say('building the package …');
    const program = await buildShipped(interrupt.signal);
    const result = await measure({ options, folder, program, signal: interrupt.signal, say });
    process.stdout.write(`${show(result, options)}\n`);
    return isMet?.(result) === false ? 1 : 0;
  } catch (thrown) {
    say(`bench: ${messageOf(thrown)}`);
    return interrupt.signal.aborted ? 130 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
