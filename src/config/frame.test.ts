import { expect, test } from 'vitest';
import { codeFrame, showProblem } from './frame.ts';
import { loadConfig } from './load.ts';

test('a frame shows the lines before and marks the column', () => {
  expect(codeFrame('a: 1\nb: 2\nc: 3\nd: 4\n', { line: 3, column: 4 })).toBe(
    ['  1 | a: 1', '  2 | b: 2', '> 3 | c: 3', '    |    ^'].join('\n'),
  );
});

test('a frame of a line that is not there is empty', () => {
  expect(codeFrame('a: 1\n', { line: 9, column: 1 })).toBe('');
});

test('credentials are hidden, the rest of the line is not', () => {
  const frame = codeFrame('url: https://me:s3cret@host/x\n', { line: 1, column: 1 });
  expect(frame).not.toContain('s3cret');
  expect(frame).toContain('@host/x');
  expect(codeFrame('  password: hunter2\n', { line: 1, column: 3 })).not.toContain('hunter2');
  expect(codeFrame('{token: abc, x: 1}\n', { line: 1, column: 3 })).toMatch(/\{token: •••, x: 1\}/);
  expect(codeFrame('token: {fromEnv: TOKEN}\n', { line: 1, column: 3 })).toContain(
    'fromEnv: TOKEN',
  );
});

test('control characters of a file do not reach the terminal', () => {
  expect(codeFrame('a: \u001B[2J\u202Ex\n', { line: 1, column: 1 })).toContain('a: �[2J�x');
});

test('a problem is shown with place, code, found, allowed and suggestion', () => {
  const text =
    'apiVersion: fairlead.dev/v1alpha1\nkind: Target\nmetadata: {name: a}\nspec: {hots: {}}\n';
  const { problems } = loadConfig([{ file: 'fairlead.yaml', text }]);
  const problem = problems.find(({ code }) => code === 'config.unknown-field');
  expect(problem && showProblem(problem, text)).toBe(
    [
      'fairlead.yaml:4:8: error: spec has no field "hots" [config.unknown-field]',
      '  2 | kind: Target',
      '  3 | metadata: {name: a}',
      '> 4 | spec: {hots: {}}',
      '    |        ^',
      '  found:        hots',
      '  allowed:      host, kubernetes',
      '  did you mean: host?',
    ].join('\n'),
  );
});

test('colours are used only when asked for', () => {
  expect(codeFrame('a: 1\n', { line: 1, column: 1 })).not.toContain('\u001B');
  expect(codeFrame('a: 1\n', { line: 1, column: 1 }, { color: true })).toContain('\u001B');
});
