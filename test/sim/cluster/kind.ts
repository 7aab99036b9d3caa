import type { JsonObject } from '../../../src/model/json.ts';
import type { Schema } from './schema.ts';

/** One kind that the server has. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly schema: Schema;
  /** Whether `status` is written by itself alone. */
  readonly hasStatus: boolean;
  /** Fields that nobody manages. */
  readonly unmanaged: readonly string[];
  /** Whether `metadata.generation` counts changes of the wish. */
  readonly hasGeneration: boolean;
  /** Completes and normalises what is written. */
  readonly complete: (object: JsonObject) => JsonObject;
  /** What of an object must not change, and did; by field. */
  readonly immutable: (before: JsonObject, after: JsonObject) => readonly string[];
}

export function apiVersionOf({ group, version }: Pick<Kind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, as messages have it. */
export function resourceOf({ group, plural }: Pick<Kind, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}
