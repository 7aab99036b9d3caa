import { displayWidth, truncate } from './width.ts';

/** One cell: plain text, and how to colour it. */
export interface Cell {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

interface TableOptions {
  /** Columns of the terminal; `null` writes every cell whole (pipes and files). */
  readonly width: number | null;
  /** Indexes of columns that may be cut, where the terminal is too narrow; the last one first. */
  readonly flexible: readonly number[];
  readonly paintHeader: (text: string) => string;
}

/** Columns between two cells, and where the terminal is too narrow for that. */
const gaps = [3, 2] as const;
const narrowest = 8;

/** Lines of a table with aligned columns. The last column is not padded. */
export function formatTable(
  headers: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): readonly string[] {
  const widths = widthsOf(headers, rows);
  const [wide, narrow] = gaps;
  const gap = options.width === null || sumOf(widths, wide) <= options.width ? wide : narrow;
  if (options.width !== null) shrink(widths, options.width, options.flexible, gap);
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const text = options.width === null ? cell.text : truncate(cell.text, width);
        const painted = cell.paint === undefined ? text : cell.paint(text);
        const padding = column === cells.length - 1 ? 0 : width + gap - displayWidth(text);
        return painted + ' '.repeat(Math.max(0, padding));
      })
      .join('')
      .trimEnd();
  return [line(headers.map((text) => ({ text, paint: options.paintHeader }))), ...rows.map(line)];
}

/** Takes from the flexible columns, last first, until the line fits; a table that cannot fit stays too wide. */
function shrink(
  widths: number[],
  available: number,
  flexible: readonly number[],
  gap: number,
): void {
  let excess = sumOf(widths, gap) - available;
  for (const column of flexible.toReversed()) {
    if (excess <= 0) return;
    const width = widths[column] ?? 0;
    const taken = Math.min(excess, Math.max(0, width - narrowest));
    widths[column] = width - taken;
    excess -= taken;
  }
}

/** Whether every cell can be shown whole. */
export function fits(
  headers: readonly string[],
  rows: readonly (readonly Cell[])[],
  width: number | null,
): boolean {
  return width === null || sumOf(widthsOf(headers, rows), gaps[1]) <= width;
}

function widthsOf(headers: readonly string[], rows: readonly (readonly Cell[])[]): number[] {
  return headers.map((header, column) =>
    rows.reduce(
      (most, row) => Math.max(most, displayWidth(row[column]?.text ?? '')),
      displayWidth(header),
    ),
  );
}

function sumOf(widths: readonly number[], gap: number): number {
  return widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
}
