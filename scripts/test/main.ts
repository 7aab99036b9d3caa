import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFailure, failuresOf, replaceFiles } from './failures.ts';
import type { Failure } from './failures.ts';
import { add, closingLine, countBySuite, noCounts } from './report.ts';
import type { Counts, VitestReport } from './report.ts';
import { suites } from './suites.ts';
import type { Suite } from './suites.ts';
import { howToGet, installTools, missingTools } from './tools.ts';
import { unhandledFile } from './unhandled-reporter.ts';

/**
 * `npm test [-- SUITE… | FILE… | vitest options]`: runs every suite whose tools are there, names the others, and ends
 * with the counts. With CI=true it installs what is missing, and a suite that did not run or ran no test is a failure;
 * files with a failure are run once more, one after the other, and a test that passes only then is named as unsteady.
 */

interface NotRun {
  readonly suite: Suite;
  readonly why: string;
  readonly get: string;
}

/** The checkout. */
const root = join(import.meta.dirname, '../..');
const ci = /^(1|true)$/i.test(process.env['CI'] ?? '');
const args = process.argv.slice(2);
const named = suites.filter(({ name }) => args.includes(name));
const passedOn = args.filter((arg) => !named.some(({ name }) => name === arg));
const chosen = named.length > 0 ? named : suites;
/** More failures than this are no matter of chance, and are not tried again. */
const mostTriedAgain = 10;

process.exitCode = await main();

async function main(): Promise<number> {
  const began = Date.now();
  const notRun = await findUnable();
  const able = chosen.filter((suite) => notRun.every((one) => one.suite !== suite));
  const { report, crashed, outside, unsteady } = await runSuites(able);
  const bySuite =
    report === undefined ? new Map<string, Counts>() : countBySuite(report, suites, root);

  let total = [...bySuite.values()].reduce(add, noCounts);
  const fail = (why: string): void => {
    total = add(total, { ...noCounts, failed: 1 });
    process.stdout.write(`FAILED: ${why}\n`);
  };

  process.stdout.write('\n');
  for (const suite of able) {
    const counts = bySuite.get(suite.name);
    process.stdout.write(
      `  ${suite.name.padEnd(14)}${counts === undefined ? 'no test' : closingLine(counts)}\n`,
    );
  }
  for (const { suite, why, get } of notRun) {
    process.stdout.write(`  ${suite.name.padEnd(14)}not run: ${why}; to get it: ${get}\n`);
  }
  for (const one of unsteady) process.stdout.write(`${describeFailure('UNSTEADY', one)}\n`);
  for (const one of report === undefined ? [] : failuresOf(report, root)) {
    process.stdout.write(`${describeFailure('FAILED', one)}\n`);
  }
  if (crashed !== undefined) fail(crashed);
  else if (outside === true || (report?.success === false && total.failed === 0)) {
    fail('vitest reports an error outside of any test; see above');
  }
  if (ci) {
    for (const { suite } of notRun) fail(`the suite ${suite.name} could not run`);
  }
  if (able.length > 0 && bySuite.size === 0 && crashed === undefined) {
    fail('no test was found');
  } else if (ci && passedOn.length === 0) {
    for (const { name } of able) if (!bySuite.has(name)) fail(`the suite ${name} ran no test`);
  }
  process.stdout.write(
    `  in ${((Date.now() - began) / 1000).toFixed(1)} s\n${closingLine(total)}\n`,
  );
  return total.failed === 0 ? 0 : 1;
}

interface Run {
  readonly report?: VitestReport;
  /** Whether something was thrown outside of any test. */
  readonly outside?: boolean;
  readonly crashed?: string;
}

/** Runs these suites, and in CI what failed in them once more; `unsteady` are the failures that did not come again. */
async function runSuites(
  able: readonly Suite[],
): Promise<Run & { readonly unsteady: readonly Failure[] }> {
  if (able.length === 0) return { unsteady: [] };
  const first = await vitest(able, passedOn);
  const failed = first.report === undefined ? [] : failuresOf(first.report, root);
  if (!ci || first.report === undefined || failed.length === 0 || failed.length > mostTriedAgain) {
    return { ...first, unsteady: [] };
  }
  const files = [...new Set(failed.map(({ file }) => file))];
  process.stdout.write(`\nOnce more, one after the other: ${files.join(', ')}\n`);
  const again = await vitest(able, ['--no-file-parallelism', ...files]);
  if (again.report === undefined) return { ...first, unsteady: [] };
  const report = replaceFiles(first.report, again.report);
  const left = failuresOf(report, root);
  const comesAgain = (one: Failure): boolean =>
    left.some(({ file, test }) => file === one.file && test === one.test);
  const outside = first.outside === true || again.outside === true;
  return { report, outside, unsteady: failed.filter((one) => !comesAgain(one)) };
}

/** The chosen suites that cannot run here, after an attempt to mend that where CI asks for it. */
async function findUnable(): Promise<readonly NotRun[]> {
  const needed = [...new Set(chosen.flatMap(({ tools }) => tools))];
  const missing = missingTools(needed).map(({ tool }) => tool);
  if (ci && missing.length > 0) {
    process.stderr.write(`Installing ${missing.map(({ name }) => name).join(', ')} …\n`);
    const why = installTools(missing);
    if (why !== undefined) process.stderr.write(`${why}\n`);
  }
  return chosen.flatMap((suite) => {
    const lacks = missingTools(suite.tools);
    if (lacks.length === 0) return [];
    const why = lacks.map((one) => `${one.tool.name} ${one.why}`).join(', ');
    return [{ suite, why, get: howToGet(lacks.map(({ tool }) => tool)) }];
  });
}

async function vitest(able: readonly Suite[], filters: readonly string[]): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-test-'));
  const output = join(folder, 'report.json');
  const unhandled = join(folder, 'unhandled');
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--reporter=${join(import.meta.dirname, 'unhandled-reporter.ts')}`,
      `--outputFile.json=${output}`,
      ...able.map(({ name }) => `--project=${name}`),
      ...filters,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, [unhandledFile]: unhandled },
    },
  );
  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => child.kill(signal));
  try {
    const [code, signal] = await new Promise<readonly [number | null, NodeJS.Signals | null]>(
      (resolve, reject) => {
        child.on('error', reject);
        child.on('close', (...ended) => resolve(ended));
      },
    );
    const text = readIfThere(output);
    if (text === undefined) return { crashed: `vitest ended with ${signal ?? code} and no report` };
    const report = JSON.parse(text) as VitestReport;
    // A run that was cut short told nothing of them.
    const outside = readIfThere(unhandled) !== '0';
    return { report: { ...report, success: report.success && code === 0 }, outside };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
