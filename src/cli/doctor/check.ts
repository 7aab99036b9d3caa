import { toFairleadError } from '../../model/error.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'problem';
  /** What was found, in one sentence. */
  readonly message: string;
  /** What to do about it; empty where nothing is. */
  readonly fix: string;
}

/** Nothing is to be done. */
export function ok(name: string, message: string): Check {
  return { name, status: 'ok', message, fix: '' };
}

/** It works, and may not for long; `doctor` still ends with 0. */
export function warning(name: string, message: string, fix: string): Check {
  return { name, status: 'warning', message, fix };
}

/** It does not work; `doctor` ends with 1. */
export function problem(name: string, message: string, fix: string): Check {
  return { name, status: 'problem', message, fix };
}

/** What went wrong while looking, in one sentence. */
export function messageOf(error: unknown): string {
  return toFairleadError(error).message;
}
