import type { View } from '../output.ts';
import type { Style } from '../terminal/style.ts';
import { hang, oneLine } from '../terminal/width.ts';

/** Why something does not move, most important first; ends `wait` and `sync`. */
export interface Blocker extends Block {
  readonly application: string;
}

/** What keeps something from moving, and what to do about it. */
export interface Block {
  readonly what: string;
  readonly why: string;
  readonly next: string;
}

/** What is still in the way when waiting ends. */
export const blockerView: View<Blocker> = {
  kind: 'Blocker',
  name: (item) => item.application,
  columns: [
    { header: 'APPLICATION', cell: (item) => item.application },
    { header: 'BLOCKED BY', cell: (item) => item.what },
    { header: 'WHY', cell: reasonOf, flexible: true },
    {
      header: 'NEXT',
      cell: (item, style) => ({ text: item.next, paint: style.command }),
      // A command that is cut cannot be typed.
      flexible: 'last',
    },
  ],
};

/** Why, without the name of what blocks where it begins with that. */
function reasonOf({ what, why }: Block): string {
  const begin = [`${what}: `, `${what} `].find((one) => why.startsWith(one)) ?? '';
  return why.slice(begin.length);
}

/** One as lines: what blocks and why, and the next step below it. */
export function showBlocker(
  one: Block,
  { style, width }: { readonly style: Style; readonly width: number | null },
  lead = '',
): string {
  const next = style.command(oneLine(one.next));
  return [
    hang(
      `${lead}${style.bad('✗')} ${style.strong(oneLine(one.what))}: `,
      oneLine(reasonOf(one)),
      width,
      '  ',
    ),
    hang('  next: ', next, width, '    '),
  ].join('\n');
}
