import type { ErrorClass, ErrorRecord } from '../model/error.ts';

const byClass: Readonly<Record<ErrorClass, number>> = {
  input: 400,
  denied: 403,
  conflict: 409,
  transient: 503,
  bug: 500,
  'unknown-outcome': 504,
};

const byCode: Readonly<Record<string, number>> = {
  'control.unknown-method': 404,
  'control.request-too-large': 413,
};

/** The HTTP status that says the same as the error. Clients go by the error's code, not by this. */
export function httpStatus(error: ErrorRecord): number {
  if (error.code.endsWith('.not-found')) return 404;
  return byCode[error.code] ?? byClass[error.class];
}
