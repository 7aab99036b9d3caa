import { errorRecord, toFairleadError } from '../model/error.ts';
import type { FairleadError } from '../model/error.ts';
import type { ExitCode } from './exit-codes.ts';
import { exitCodeOf } from './exit-codes.ts';
import { toJson } from './json.ts';
import { outputVersion } from './output.ts';
import type { OutputFormat } from './output-format.ts';
import type { Style } from './terminal/style.ts';
import { hang, oneLine, visible } from './terminal/width.ts';

/** An error as it is written to stderr, and the code to end with. */
interface Report {
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** Errors are written as data where data is asked for as JSON, else as lines for people. */
export function reportError(
  thrown: unknown,
  format: OutputFormat | null,
  style: Style,
  width: number | null,
): Report {
  const error = toFairleadError(thrown);
  const exitCode = exitCodeOf(error);
  if (format === 'json' || format === 'ndjson') {
    const item = { ...errorRecord(error), exitCode };
    return { text: toJson({ apiVersion: outputVersion, kind: 'Error', item }), exitCode };
  }
  return { text: showError(error, style, width), exitCode };
}

/** @param lead What stands before it on its first line, such as whom it concerns. Default: nothing. */
export function showError(
  error: FairleadError,
  style: Style,
  width: number | null,
  lead = '',
): string {
  const [first = '', ...others] = visible(error.message).split('\n');
  const fact = (name: string, text: string): string =>
    hang(`  ${name}: `, oneLine(text), width, '    ');
  const lines = [hang(`${lead}${style.bad('error:')} `, first, width, '  '), ...others];
  if (error.resource !== undefined && !error.message.includes(error.resource)) {
    lines.push(fact('resource', error.resource));
  }
  const cause = causeOf(error);
  if (cause !== null) lines.push(fact('cause', cause));
  lines.push(fact('hint', error.hint), `  ${style.faint(`code: ${error.code}`)}`);
  if (error.class === 'bug' && error.cause instanceof Error && error.cause.stack !== undefined) {
    lines.push(style.faint(visible(error.cause.stack)));
  }
  return lines.join('\n');
}

/** The cause's own words, unless the message has them already. */
function causeOf(error: FairleadError): string | null {
  const { cause } = error;
  if (!(cause instanceof Error) || error.class === 'bug') return null;
  return cause.message === '' || error.message.includes(cause.message) ? null : cause.message;
}
