/** How a command writes its data. */
export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name' | 'ndjson' | 'text';

/** What can be asked for with -o; `text` is what commands write that have no table, and cannot be asked for. */
export const outputFormats = ['table', 'wide', 'json', 'yaml', 'name', 'ndjson'] as const;

/** For commands whose data is a list. */
export const listFormats: readonly OutputFormat[] = [
  'table',
  'wide',
  'json',
  'yaml',
  'name',
  'ndjson',
];

/** For commands whose data is text for people. */
export const textFormats: readonly OutputFormat[] = ['text', 'json', 'yaml', 'ndjson'];

/** For commands whose data is one thing. */
export const itemFormats: readonly OutputFormat[] = ['text', 'json', 'yaml'];
