import type { TerminalOutput } from './io.ts';
import { toJson } from './json.ts';
import type { OutputFormat } from './output-format.ts';
import { fits, formatTable } from './terminal/table.ts';
import type { Cell } from './terminal/table.ts';
import type { Style } from './terminal/style.ts';
import { columnsOf, oneLine } from './terminal/width.ts';

/** Version of everything that is written as JSON or YAML. Fields are added within a version, never changed. */
export const outputVersion = 'cli.fairlead.dev/v1';

interface Column<T> {
  readonly header: string;
  readonly cell: (item: T, style: Style) => string | Cell;
  /** With `-o wide` only. */
  readonly wide?: boolean;
  /** May be cut where the terminal is too narrow; `last`: only where cutting the others is not enough. */
  readonly flexible?: boolean | 'last';
  /** Left out where the terminal is too narrow and it says the same in every row. */
  readonly spare?: boolean;
}

/** How things of one kind are shown. */
export interface View<T> {
  /** Singular: `Application`; a list of them is an `ApplicationList`. */
  readonly kind: string;
  readonly columns: readonly Column<T>[];
  /** What commands take for it; the whole of `-o name`. */
  readonly name: (item: T) => string;
}

/** Writes data to stdout in the format that was asked for. */
export interface Output {
  readonly format: OutputFormat;
  readonly style: Style;
  /** Whether data is read by programs rather than by people. */
  readonly structured: boolean;
  /** Columns of the terminal; `null` for pipes and files. */
  readonly width: number | null;
  /** Aborts when whoever reads stdout has gone away, or nothing more can be written to it. */
  readonly closed: AbortSignal;
  /** Why something could not be written, other than that nobody reads it; `null`: all was. */
  readonly failure: () => Error | null;
  /** A list as a table, one document, or a line for each. An empty table is nothing at all. */
  list<T>(view: View<T>, items: readonly T[]): void;
  /** One thing as a document; for people the text of `show`. */
  item<T>(kind: string, item: T, show: (style: Style) => string): void;
  /** One of an endless series: a line of JSON, a YAML document, or the text of `show`. */
  next<T>(kind: string, item: T, show: (style: Style) => string): void;
  /** Text as it is. */
  text(text: string): void;
}

interface OutputOptions {
  readonly stream: TerminalOutput;
  readonly format: OutputFormat;
  readonly style: Style;
  readonly env: NodeJS.ProcessEnv;
  /** Writes YAML; given, because loading it takes longer than most commands. */
  readonly toYaml: (value: unknown) => string;
}

/** Writes to `stream`. That nobody reads any more ends nothing; that it cannot be written is told at the end. */
export function createOutput(options: OutputOptions): Output {
  const { stream, format, style, toYaml } = options;
  const gone = new AbortController();
  let failure: Error | null = null;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // `fairlead … | head`: the reader has what it wanted. What is under way goes on, unheard.
    // So it does on a disk that is full, and the end of the command tells.
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') failure ??= error;
    gone.abort();
  });
  const write = (text: string): void => {
    if (!gone.signal.aborted && text !== '') stream.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  const width = stream.isTTY === true ? columnsOf(stream, columnsIn(options.env)) : null;
  const json = (value: unknown): void => write(toJson(value, 2));
  const yaml = (value: unknown): void => write(toYaml(value));
  const line = (kind: string, item: unknown): void =>
    write(toJson({ apiVersion: outputVersion, kind, item }));

  return {
    format,
    style,
    structured: format === 'json' || format === 'yaml' || format === 'ndjson',
    width,
    closed: gone.signal,
    failure: () => failure,
    list: (view, items) => {
      switch (format) {
        case 'json':
          json({ apiVersion: outputVersion, kind: `${view.kind}List`, items });
          return;
        case 'yaml':
          yaml({ apiVersion: outputVersion, kind: `${view.kind}List`, items });
          return;
        case 'ndjson':
          for (const item of items) line(view.kind, item);
          return;
        case 'name':
          write(items.map((item) => oneLine(view.name(item))).join('\n'));
          return;
        case 'table':
        case 'wide':
        case 'text':
          write(showTable(view, items, { wide: format === 'wide', style, width }));
      }
    },
    item: (kind, item, show) => {
      if (format === 'json') json({ apiVersion: outputVersion, kind, item });
      else if (format === 'yaml') yaml({ apiVersion: outputVersion, kind, item });
      else if (format === 'ndjson') line(kind, item);
      else write(show(style));
    },
    next: (kind, item, show) => {
      if (format === 'json' || format === 'ndjson') line(kind, item);
      else if (format === 'yaml')
        write(`---\n${toYaml({ apiVersion: outputVersion, kind, item })}`);
      else write(show(style));
    },
    text: write,
  };
}

/** The table of a view as text; an empty string for an empty list. */
export function showTable<T>(
  view: View<T>,
  items: readonly T[],
  options: { readonly wide: boolean; readonly style: Style; readonly width: number | null },
): string {
  if (items.length === 0) return '';
  const all = view.columns
    .filter((column) => options.wide || column.wide !== true)
    .map((column) => ({
      ...column,
      cells: items.map((item) => cellOf(column, item, options.style)),
    }));
  const rowsOf = (chosen: typeof all): readonly (readonly Cell[])[] =>
    items.map((_, at) => chosen.flatMap(({ cells }) => cells[at] ?? []));
  const isWhole = fits(
    all.map(({ header }) => header),
    rowsOf(all),
    options.width,
  );
  const columns = isWhole ? all : all.filter(({ spare, cells }) => spare !== true || vary(cells));
  const flexible = (how: true | 'last'): readonly number[] =>
    columns.flatMap((column, at) => (column.flexible === how ? [at] : []));
  const lines = formatTable(
    columns.map((column) => column.header),
    rowsOf(columns),
    {
      width: options.width,
      flexible: [...flexible('last'), ...flexible(true)],
      paintHeader: options.style.faint,
    },
  );
  return lines.join('\n');
}

function cellOf<T>(column: Column<T>, item: T, style: Style): Cell {
  const cell = column.cell(item, style);
  return typeof cell === 'string' ? { text: oneLine(cell) } : { ...cell, text: oneLine(cell.text) };
}

function vary(cells: readonly Cell[]): boolean {
  return new Set(cells.map(({ text }) => text)).size > 1;
}

function columnsIn(env: NodeJS.ProcessEnv): number {
  const columns = Number(env['COLUMNS']);
  return Number.isInteger(columns) && columns > 20 ? columns : 80;
}
