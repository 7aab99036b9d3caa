import { expect, test } from 'vitest';
import { showTable } from './output.ts';
import type { View } from './output.ts';
import { createStyle } from './terminal/style.ts';

const view: View<{ readonly why: string; readonly next: string }> = {
  kind: 'Thing',
  name: ({ why }) => why,
  columns: [
    { header: 'WHY', cell: ({ why }) => why, flexible: true },
    { header: 'NEXT', cell: ({ next }) => next, flexible: 'last' },
  ],
};

test('a column that is cut last stays whole while the others can give way', () => {
  const items = [{ why: 'needs approval, says the environment', next: 'fairlead approve 0011' }];
  const shown = (width: number): readonly string[] =>
    showTable(view, items, { wide: false, style: createStyle(false), width }).split('\n');
  expect(shown(40)[1]).toMatch(/^needs approval.*…\s+fairlead approve 0011$/);
  expect(shown(24)[1]).toMatch(/^needs a…\s+fairlead appr…$/);
});
