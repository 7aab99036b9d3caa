import { expect, test } from 'vitest';
import {
  describeFailure,
  failuresOf,
  opensFailure,
  replaceFiles,
} from '../../scripts/test/failures.ts';
import type { VitestReport } from '../../scripts/test/report.ts';

type File = VitestReport['testResults'][number];

test('a failure is told with its file, its groups and what was thrown', () => {
  const [failure] = failuresOf(
    report(file('a.test.ts', { fullName: 'group adds', failed: true })),
    '/c',
  );
  expect(describeFailure('FAILED', failure!)).toBe(
    'FAILED: a.test.ts > group adds\n    expected 1 to be 2\n    at a.test.ts:3',
  );
});

test('a file that could not be loaded is a failure', () => {
  const broken = { ...file('a.test.ts'), status: 'failed', message: 'Cannot find module' };
  expect(failuresOf(report(broken), '/c')).toEqual([
    { file: 'a.test.ts', message: 'Cannot find module' },
  ]);
});

test('what a second run has of a file takes the place of the first', () => {
  const first = report(file('a.test.ts', { fullName: 'x', failed: true }), file('b.test.ts'));
  const merged = replaceFiles(first, report(file('a.test.ts', { fullName: 'x', failed: false })));
  expect(failuresOf(merged, '/c')).toEqual([]);
  expect(merged).toMatchObject({ success: true, testResults: [{}, {}] });
});

test('what fails again stays a failure', () => {
  const first = report(file('a.test.ts', { fullName: 'x', failed: true }), file('b.test.ts'));
  const merged = replaceFiles(first, first);
  expect(merged.success).toBe(false);
  expect(failuresOf(merged, '/c')).toHaveLength(1);
});

test('a log is searched for the lines that open a failure', () => {
  expect(['FAILED: x', 'UNSTEADY: x', 'x FAILED: y', '  FAILED: x'].map(opensFailure)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

function report(...testResults: readonly File[]): VitestReport {
  return { success: testResults.every(({ status }) => status === 'passed'), testResults };
}

function file(name: string, ...tests: readonly { fullName: string; failed: boolean }[]): File {
  return {
    name: `/c/${name}`,
    status: tests.some(({ failed }) => failed) ? 'failed' : 'passed',
    startTime: 0,
    endTime: 1,
    assertionResults: tests.map(({ fullName, failed }) => ({
      fullName,
      status: failed ? 'failed' : 'passed',
      failureMessages: failed
        ? ['expected 1 to be 2\n\nat a.test.ts:3\n    at run (/c/node_modules/x.js:1)']
        : [],
    })),
  };
}
