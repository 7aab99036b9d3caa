/** What is wrong with a user's rule: where it cannot be read, or why it cannot be used. */
export interface RuleProblem {
  readonly message: string;
  /** Line in the source of the rule, from 1. */
  readonly line: number;
}

/** A rule that can be used, or what is wrong with it. */
export type Compiled<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: RuleProblem };

/** A rule that cannot be used, with the line (from 1) that says why. */
export function refused(message: string, line = 1): Compiled<never> {
  return { ok: false, problem: { message, line } };
}

/** The line of an offset in a text, from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { summary } = error as { summary?: unknown };
  return typeof summary === 'string' && summary !== '' ? summary : error.message;
}
