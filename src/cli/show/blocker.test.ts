import { expect, test } from 'vitest';
import { showTable } from '../output.ts';
import { createStyle } from '../terminal/style.ts';
import { blockerView, showBlocker } from './blocker.ts';

const style = createStyle(false);
const folder = {
  application: 'ghost@dev',
  what: 'fairlead.yaml:29',
  why: 'fairlead.yaml:29: spec.path: there is no folder nowhere/at/all in the repository',
  next: 'Correct spec.path of the application, or add the folder.',
};

test('the place of a problem stands in the table once', () => {
  const [, row = ''] = showTable(blockerView, [folder], { wide: false, style, width: null }).split(
    '\n',
  );
  expect(row).toMatch(/^ghost@dev {5}fairlead\.yaml:29 {3}spec\.path: there is no folder/);
});

test('as lines nothing is cut, and nothing is wider than the terminal', () => {
  expect(showBlocker(folder, { style, width: 40 }).split('\n')).toEqual([
    '✗ fairlead.yaml:29: spec.path: there is',
    '  no folder nowhere/at/all in the',
    '  repository',
    '  next: Correct spec.path of the',
    '    application, or add the folder.',
  ]);
});

test('a sentence about what blocks begins with it once', () => {
  const command = { what: 'Command/migrate', why: 'Command/migrate ended with code 3', next: 'x' };
  expect(showBlocker(command, { style, width: null })).toContain(
    '✗ Command/migrate: ended with code 3',
  );
});
