import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { opensFailure } from '../test/failures.ts';
import { add, closingLine, noCounts, parseClosingLine } from '../test/report.ts';
import type { Counts } from '../test/report.ts';

/**
 * What `.ci/run` runs once the dependencies are there: every step, whether or not one before it failed, then a table
 * and, as the last line, the counts of all tests and steps.
 */

interface Step {
  readonly name: string;
  readonly argv: readonly string[];
  /** The file that the step runs; without it the step is skipped, and that is said. */
  readonly needs?: string;
}

const root = join(import.meta.dirname, '../..');
const modules = join(root, 'node_modules');

const steps: readonly Step[] = [
  { name: 'format', argv: [join(modules, 'oxfmt/bin/oxfmt'), '--check'] },
  { name: 'lint', argv: [join(modules, 'oxlint/bin/oxlint'), '--deny-warnings'] },
  { name: 'types', argv: [join(modules, 'typescript/bin/tsc')] },
  // Every suite, the examples among them.
  { name: 'tests', argv: ['scripts/test/main.ts'] },
  // The committed engine is what its sources give.
  { name: 'engine', argv: ['scripts/build-render.ts', '--check'], needs: 'engines/render/go.mod' },
  // From a thousand schedules on, planted defects are tried, too.
  { name: 'simulation', argv: ['test/sim/main.ts', '--seeds', '3000'], needs: 'test/sim/main.ts' },
  { name: 'demo', argv: ['bin/fairlead', 'demo', '--no-input'], needs: 'src/main.ts' },
  {
    name: 'demo on Kubernetes',
    argv: ['bin/fairlead', 'demo', '--kubernetes', '--no-input'],
    needs: 'src/cluster/start.ts',
  },
  { name: 'package', argv: ['scripts/check-package.ts'], needs: 'src/main.ts' },
];

interface Outcome {
  readonly step: Step;
  readonly counts: Counts;
  readonly seconds: string;
  readonly said: string;
  /** What it said of each failure, to be said again at the end of a long log. */
  readonly failures: readonly string[];
}

const outcomes: Outcome[] = [];
for (const step of steps) outcomes.push(await run(step));

process.stdout.write('\n');
const widest = Math.max(...steps.map(({ name }) => name.length)) + 2;
for (const { step, counts, seconds, said } of outcomes) {
  const result =
    counts.failed > 0 ? 'FAILED' : counts.skipped > 0 && counts.passed === 0 ? 'skipped' : 'ok';
  process.stdout.write(
    `  ${step.name.padEnd(widest)}${result.padEnd(9)}${seconds.padStart(6)} s  ${said}\n`,
  );
}
for (const { failures } of outcomes) for (const line of failures) process.stdout.write(`${line}\n`);
const total = outcomes.map(({ counts }) => counts).reduce(add, noCounts);
process.stdout.write(`${closingLine(total)}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function run(step: Step): Promise<Outcome> {
  process.stdout.write(`\n── ${step.name} ──\n`);
  if (step.needs !== undefined && !existsSync(join(root, step.needs))) {
    const said = `${step.needs} does not exist yet`;
    process.stdout.write(`${said}\n`);
    return { step, counts: { ...noCounts, skipped: 1 }, seconds: '0.0', said, failures: [] };
  }
  const began = Date.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...step.argv], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', forward);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  let last = '';
  const failures: string[] = [];
  let inFailure = false;
  for await (const line of createInterface({ input: child.stdout })) {
    process.stdout.write(`${line}\n`);
    inFailure = opensFailure(line) || (inFailure && line.startsWith('    '));
    if (inFailure) failures.push(line);
    // The linter and the formatter close with how long they took, after what they found.
    if (line !== '' && !line.startsWith('Finished in')) last = line;
  }
  const result = await ended;
  process.off('SIGTERM', forward);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const own: Counts = result === 0 ? { ...noCounts, passed: 1 } : { ...noCounts, failed: 1 };
  const tests = parseClosingLine(last);
  if (result !== 0) process.stdout.write(`${step.name} ended with ${result}\n`);
  // A run of tests stands for itself, unless it failed in a way that its counts do not show.
  const counts = tests !== undefined && (result === 0 || tests.failed > 0) ? tests : own;
  return { step, counts, seconds, said: last, failures };
}
