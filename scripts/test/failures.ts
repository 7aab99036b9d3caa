import { relative, sep } from 'node:path';
import type { VitestReport } from './report.ts';

/** A test that failed, or a file that could not be loaded. */
export interface Failure {
  /** From the checkout, with slashes. */
  readonly file: string;
  /** Names of the groups around the test and its own; undefined for a file that could not be loaded. */
  readonly test?: string;
  /** What was thrown, with where. */
  readonly message: string;
}

/** What failed in a run, in the order of its files. */
export function failuresOf(report: VitestReport, root: string): readonly Failure[] {
  return report.testResults.flatMap((result) => {
    const file = relative(root, result.name).split(sep).join('/');
    const failed = result.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && result.status === 'failed') {
      return [{ file, message: result.message ?? '' }];
    }
    return failed.map((one) => ({
      file,
      test: one.fullName,
      message: one.failureMessages.join('\n'),
    }));
  });
}

/** The first report with every file that a second run has a result of replaced by that result. */
export function replaceFiles(first: VitestReport, second: VitestReport): VitestReport {
  const again = new Map(second.testResults.map((result) => [result.name, result]));
  const testResults = first.testResults.map((result) => again.get(result.name) ?? result);
  return { success: testResults.every(({ status }) => status === 'passed'), testResults };
}

/**
 * A failure in a few lines for the end of a log: the word, what failed, and below it, indented by four spaces, the
 * first `limit` (default 12) lines of what was thrown.
 */
export function describeFailure(word: string, failure: Failure, limit = 12): string {
  const name = failure.test === undefined ? failure.file : `${failure.file} > ${failure.test}`;
  const lines = failure.message
    .split('\n')
    .filter((line) => line.trim() !== '' && !foreignFrame.test(line));
  return [`${word}: ${name}`, ...lines.slice(0, limit).map((line) => `    ${line}`)].join('\n');
}

/** A line of a stack that is not the project's. */
const foreignFrame = /^\s+at (?:.*node_modules|new Promise|.*node:internal)/;

/** Whether a line of a log is one of `describeFailure`, or tells a failure in one line. */
export function opensFailure(line: string): boolean {
  return /^(FAILED|UNSTEADY): /.test(line);
}
