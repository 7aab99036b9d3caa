import type { JsonObject } from '../../../src/model/json.ts';
import { once } from '../world/once.ts';
import type { User } from './access.ts';

/** Who sends a request. */
export interface Actor {
  readonly name: string;
  /** The process behind it, where it is a controller of Fairlead; `null`: somebody else. */
  readonly machine: object | null;
  /** Whose rights count; absent: an administrator's. */
  readonly user?: User;
}

export interface ApiRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly accept: string;
  readonly contentType: string;
  readonly body: JsonObject | null;
  readonly actor: Actor;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject;
  /** Seconds; absent: it does not say. */
  readonly retryAfter?: number;
}

/** What a path and its query ask for. */
export interface Asked {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** `undefined`: of all namespaces, or of a kind without. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
}

/** Reads the path of a resource; `null`: it is none. */
export const parsePath = once(parse);

function parse(path: string): Asked | null {
  const { pathname, searchParams: query } = new URL(path, 'https://cluster');
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return null;
  const [group, version, ...rest] = isCore ? ['', ...parts.slice(1)] : parts.slice(1);
  if (group === undefined || version === undefined || rest.length === 0) return null;
  const isWithin = rest[0] === 'namespaces' && rest.length > 2 && !isOfNamespace(rest[2]);
  const namespace = isWithin ? rest[1] : undefined;
  const [plural = '', name = '', subresource = ''] = isWithin ? rest.slice(2) : rest;
  return { group, version, plural, namespace, name, subresource, query };
}

function isOfNamespace(part: string | undefined): boolean {
  return part === 'status' || part === 'finalize';
}
