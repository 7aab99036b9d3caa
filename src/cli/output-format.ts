/** How a command writes its data. */
export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name' | 'ndjson' | 'text';

/** What can be asked for with -o; `text` is what commands write that have no table, and cannot be asked for. */
export const outputFormats = ['table', 'wide', 'json', 'yaml', 'name', 'ndjson'] as const;
