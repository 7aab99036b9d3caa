import { isSealed } from '../../model/sealed.ts';
import type { Json } from '../../model/json.ts';
import type { FieldDiff } from '../../model/plan.ts';
import type { Style } from '../terminal/style.ts';
import { visible } from '../terminal/width.ts';

interface FieldDiffOptions {
  /** Lines of a text difference before the rest is folded away; `null` shows all. */
  readonly maxLines: number | null;
}

/** Lines of a text difference that `plan` shows without --full. */
export const foldedLines = 40;

/** Longest value, in characters, that is shown beside its field; longer ones are cut. */
const longestValue = 200;

/** One changed field as lines without indentation: `env.PORT: "80" → "8080"`, or a text difference below its name. */
export function showFieldDiff(
  field: FieldDiff,
  style: Style,
  options: FieldDiffOptions,
): readonly string[] {
  const path = visible(field.path);
  if (field.text !== undefined && field.text !== '') {
    return [
      `${path}:`,
      ...showTextDiff(field.text, style, options.maxLines).map((line) => `  ${line}`),
    ];
  }
  if (isSealed(field.from) && isSealed(field.to)) {
    return [`${path}: ${style.warn('the secret value changes')}`];
  }
  if (field.from === undefined) return [`${path}: ${style.good(`+ ${showValue(field.to)}`)}`];
  if (field.to === undefined) return [`${path}: ${style.bad(`- ${showValue(field.from)}`)}`];
  return [`${path}: ${style.bad(showValue(field.from))} → ${style.good(showValue(field.to))}`];
}

/** A value on one line; a secret is never more than the word. */
function showValue(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, (_key, member: Json) =>
    isSealed(member) ? '«secret»' : member,
  );
  const shown = visible(text);
  return shown.length > longestValue ? `${shown.slice(0, longestValue)}…` : shown;
}

/** The lines of a unified difference, coloured, the rest folded. */
function showTextDiff(text: string, style: Style, maxLines: number | null): readonly string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const shown = maxLines === null ? lines : lines.slice(0, maxLines);
  const painted = shown.map((line) => paint(visible(line), style));
  const left = lines.length - shown.length;
  return left === 0
    ? painted
    : [...painted, style.faint(`… ${left} more lines (--full shows them)`)];
}

function paint(line: string, style: Style): string {
  if (line.startsWith('@@')) return style.busy(line);
  if (line.startsWith('+')) return style.good(line);
  if (line.startsWith('-')) return style.bad(line);
  return style.faint(line);
}
