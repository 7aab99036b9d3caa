import type { Api } from './api.ts';

/** A `call` answers once, a `stream` until one side ends it. */
type MethodKind = 'call' | 'stream';

/** Every method of `Api`, complete by type: server and client are both made from this table. */
export const methods: Readonly<Record<keyof Api, MethodKind>> = {
  status: 'call',
  applications: 'call',
  application: 'call',
  tree: 'call',
  plan: 'call',
  render: 'call',
  check: 'call',
  rotate: 'call',
  sync: 'call',
  approve: 'call',
  test: 'call',
  rollback: 'call',
  hold: 'call',
  resume: 'call',
  activate: 'call',
  refresh: 'call',
  confirmSource: 'call',
  importBundle: 'call',
  releases: 'call',
  release: 'call',
  events: 'call',
  follow: 'stream',
  logs: 'stream',
};

/** Whether the API has a method of this name. */
export function isMethod(name: string): name is keyof Api {
  return Object.hasOwn(methods, name);
}

/**
 * One line of a stream (newline-delimited JSON). A stream that ends without `end` or `error` was cut off, which
 * a reader must be able to tell from a stream that had nothing more to say.
 */
export type StreamLine<T> =
  | { readonly item: T }
  | { readonly error: unknown }
  | { readonly end: true };

/** Prefix of every path; a change that older clients cannot understand raises the number. */
export const pathPrefix = '/v1/';
