import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { add, closingLine, countBySuite, noCounts } from './report.ts';
import type { Counts, VitestReport } from './report.ts';
import { suites } from './suites.ts';
import type { Suite } from './suites.ts';
import { howToGet, installTools, missingTools } from './tools.ts';

/**
 * `npm test [-- SUITE… | FILE… | vitest options]`: runs every suite whose tools are there, names the others, and ends
 * with the counts. With CI=true it installs what is missing, and a suite that did not run or ran no test is a failure.
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

process.exitCode = await main();

async function main(): Promise<number> {
  const began = Date.now();
  const notRun = await findUnable();
  const able = chosen.filter((suite) => notRun.every((one) => one.suite !== suite));
  const { report, crashed } =
    able.length > 0 ? await vitest(able) : { report: undefined, crashed: undefined };
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
  if (crashed !== undefined) fail(crashed);
  else if (report?.success === false && total.failed === 0) {
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

async function vitest(
  able: readonly Suite[],
): Promise<{ readonly report?: VitestReport; readonly crashed?: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-test-'));
  const output = join(folder, 'report.json');
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${output}`,
      ...able.map(({ name }) => `--project=${name}`),
      ...passedOn,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
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
    const text = readReport(output);
    if (text === undefined) return { crashed: `vitest ended with ${signal ?? code} and no report` };
    const report = JSON.parse(text) as VitestReport;
    return { report: { ...report, success: report.success && code === 0 } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
