import { readDefects, tryDefects } from './cli/defects.ts';
import type { DefectResult } from './cli/defects.ts';
import { describeFailure, trace } from './cli/failures.ts';
import type { Played } from './cli/job.ts';
import { readOptions, usage } from './cli/options.ts';
import type { Options } from './cli/options.ts';
import { playAll } from './cli/pool.ts';

/**
 * `npm run sim`: plays schedules against the engine, then plants defects to see that they are caught. Ends with 0 when no
 * rule was broken, every defect could be planted, and enough of them were caught.
 */

/** Fewer planted defects caught than this is a failure: the simulator has become blind. */
const floor = 159;
/** Failed schedules that are shrunk at the end; each is named as soon as it fails. */
const mostShrunk = 3;
const progressMs = 10_000;

const print = (text: string): void => void process.stdout.write(text);

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options: Options | 'help';
  try {
    options = readOptions(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (options === 'help') {
    print(usage);
    return 0;
  }
  const violations = await schedules(options);
  const { caught, tried, failed } = options.defects
    ? await defects(options)
    : { caught: 0, tried: 0, failed: 0 };
  print(
    `sim: ${options.seeds} schedules, ${violations} violations, ${caught} of ${tried} planted defects caught\n`,
  );
  const isBlind = options.defects && options.scenarios && options.defect === null && caught < floor;
  return violations > 0 || failed > 0 || isBlind ? 1 : 0;
}

/** @returns how many schedules broke a rule. */
async function schedules(options: Options): Promise<number> {
  const { from, seeds } = options;
  if (options.trace || options.steps !== null) {
    const list = Array.from({ length: seeds }, (_, at) => from + at);
    return trace(list, options, print);
  }
  const beganMs = performance.now();
  const failures: Played[] = [];
  let done = 0;
  let turns = 0;
  let effects = 0;
  const progress = setInterval(() => {
    print(`${done} of ${seeds} schedules, ${failures.length} violations\n`);
  }, progressMs);
  try {
    await playAll(options, (played) => {
      done += 1;
      turns += played.turns;
      effects += played.effects;
      if (played.violations.length === 0) return;
      failures.push(played);
      const [violation] = played.violations;
      print(`seed ${played.seed}: ${violation?.rule}: ${violation?.message}\n`);
    });
  } finally {
    clearInterval(progress);
  }
  const seconds = (performance.now() - beganMs) / 1_000;
  failures.sort((left, right) => Number(left.seed) - Number(right.seed));
  for (const played of failures.slice(0, mostShrunk))
    print(await describeFailure(played, options.target));
  print(
    `${(seeds / seconds).toFixed(1)} schedules a second (${options.workers} workers), ` +
      `${Math.round(turns / Math.max(1, done))} turns and ${Math.round(effects / Math.max(1, done))} effects each\n`,
  );
  return failures.length;
}

async function defects(
  options: Options,
): Promise<{ readonly caught: number; readonly tried: number; readonly failed: number }> {
  const list = await readDefects(options.defect);
  const results: DefectResult[] = [];
  await tryDefects(list, options, (result) => {
    results.push(result);
    const { defect, caught, failure } = result;
    if (failure !== null) print(`${defect.name}: FAILED: ${failure}\n`);
    else if (caught === null) print(`${defect.name}: not caught\n`);
    else
      print(`${defect.name}: caught by ${describeSeed(caught.seed)}: ${caught.violation.rule}\n`);
  });
  return {
    caught: results.filter(({ caught }) => caught !== null).length,
    tried: list.length,
    failed: results.filter(({ failure }) => failure !== null).length,
  };
}

function describeSeed(seed: Played['seed']): string {
  return typeof seed === 'number' ? `seed ${seed}` : `"${seed}"`;
}
