import { matchesGlob, relative, sep } from 'node:path';
import type { Suite } from './suites.ts';

/** How many tests ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

/** What `vitest --reporter=json` writes, as far as it is read here. */
export interface VitestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly startTime: number;
    readonly endTime: number;
    /** Why the file could not be loaded. */
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

export function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** The closing line of a test run. */
export function closingLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

/** Reads a closing line; undefined when `line` is none. */
export function parseClosingLine(line: string): Counts | undefined {
  const found = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(line);
  if (found === null) return undefined;
  return { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) };
}

/** Counts per suite. A file that could not be loaded counts as one failure. Suites without a test are not in it. */
export function countBySuite(
  report: VitestReport,
  suites: readonly Suite[],
  root: string,
): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const file of report.testResults) {
    const path = relative(root, file.name).split(sep).join('/');
    const suite = suites.find((one) => belongs(path, one));
    // Every file that vitest ran was found by a suite's own globs.
    if (suite === undefined) throw new Error(`${path} belongs to no suite`);
    counts.set(suite.name, add(counts.get(suite.name) ?? noCounts, countFile(file)));
  }
  return counts;
}

/** Whether the file at this path (from the checkout, with slashes) is one of the suite's. */
export function belongs(path: string, suite: Suite): boolean {
  const matches = (globs: readonly string[]): boolean =>
    globs.some((glob) => matchesGlob(path, glob));
  return matches(suite.include) && !matches(suite.exclude ?? []);
}

function countFile(file: VitestReport['testResults'][number]): Counts {
  const of = (status: string): number =>
    file.assertionResults.filter((one) => one.status === status).length;
  const [passed, failed] = [of('passed'), of('failed')];
  return {
    passed,
    failed: failed === 0 && file.status === 'failed' ? 1 : failed,
    skipped: file.assertionResults.length - passed - failed,
  };
}
