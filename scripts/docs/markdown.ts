/** Text that may stand in a cell of a Markdown table. */
export function cell(text: string): string {
  return text
    .replaceAll('|', String.raw`\|`)
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ');
}

export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headers), line(headers.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The line that tells readers where a page comes from. */
export function generated(source: string): string {
  return `<!-- Made by \`npm run docs:generate\` from ${source}; do not edit. -->`;
}
