import { createColors } from 'picocolors';
import type { ConfigProblem, Position } from './problem.ts';

/** How much of a file is shown around a mistake. */
interface FrameOptions {
  /** Use ANSI colours. Default false. */
  readonly color?: boolean;
  /** Lines shown before the one that matters. Default 2. */
  readonly before?: number;
}

/** Longest piece of a line that is shown. */
const maxWidth = 100;

/** The lines of a file around a place, with a mark under it; empty when the file has no such line. */
export function codeFrame(text: string, position: Position, options: FrameOptions = {}): string {
  const colors = createColors(options.color ?? false);
  const lines = text.split(/\r\n|\n|\r/);
  if (lines[position.line - 1] === undefined) return '';
  const first = Math.max(1, position.line - (options.before ?? 2));
  const gutter = String(position.line).length;
  const frame: string[] = [];
  for (let line = first; line <= position.line; line++) {
    const shown = clip(conceal(printable(lines[line - 1] ?? '')));
    const marked = line === position.line;
    const number = String(line).padStart(gutter);
    frame.push(`${marked ? colors.red('>') : ' '} ${colors.dim(`${number} |`)} ${shown}`.trimEnd());
  }
  if (position.column <= maxWidth) {
    const indent = ' '.repeat(position.column - 1);
    frame.push(`  ${colors.dim(`${' '.repeat(gutter)} |`)} ${indent}${colors.red('^')}`);
  }
  return frame.join('\n');
}

/**
 * A problem as terminals show it: place, sentence and code, then the lines of the file (when its text is given),
 * what was found, what is allowed, and the suggestion.
 */
export function showProblem(
  problem: Omit<ConfigProblem, 'document' | 'documentKind'>,
  text: string | null,
  options: FrameOptions = {},
): string {
  const colors = createColors(options.color ?? false);
  const { file, line, column, severity, code, found, allowed, suggestion } = problem;
  const word = severity === 'error' ? colors.red('error') : colors.yellow('warning');
  const parts = [
    `${colors.bold(printable(`${file}:${line}:${column}`))}: ${word}: ${printable(problem.message)} ${colors.dim(`[${code}]`)}`,
  ];
  const frame = text === null ? '' : codeFrame(text, { line, column }, options);
  if (frame !== '') parts.push(frame);
  if (found !== null) parts.push(`  found:        ${printable(found)}`);
  if (allowed !== null) parts.push(`  allowed:      ${printable(allowed)}`);
  if (suggestion !== null) parts.push(`  did you mean: ${colors.green(printable(suggestion))}?`);
  else if (found === null && allowed === null) parts.push(`  ${problem.hint}`);
  return parts.join('\n');
}

/** Without control characters: a file must not steer the terminal of whoever reads about it. */
function printable(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '�');
}

/** Hides what looks like a credential: a frame may end in a log. Keeps the width, so that marks stay in place. */
function conceal(line: string): string {
  const stars = (text: string): string => '•'.repeat(text.length);
  return line
    .replaceAll(/(?<=\w:\/\/)[^/\s@]+(?=@)/g, stars)
    .replaceAll(
      /(?<=(?:password|passwd|passphrase|secret|token|credential|api[-_]?key)\w*["']?\s*:\s+)(?![{[|>&*])[^\s,}][^,}]*/gi,
      stars,
    );
}

function clip(line: string): string {
  return line.length <= maxWidth ? line : `${line.slice(0, maxWidth - 1)}…`;
}
