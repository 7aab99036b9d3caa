import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isJsonObject } from '../../../src/model/json.ts';

/** How the values at a place are merged, as OpenAPI's `x-kubernetes-*` say it. */
export type Schema =
  | { readonly kind: 'scalar' }
  /** Meant as a whole: whoever sets one part of it owns all of it. */
  | { readonly kind: 'atomic' }
  /** Members one by one; `of` where they are not named. */
  | {
      readonly kind: 'map';
      readonly fields: Readonly<Record<string, Schema>>;
      readonly of: Schema | null;
    }
  /** Items told apart by some of their members. */
  | {
      readonly kind: 'list';
      readonly keys: readonly string[];
      readonly defaults: JsonObject;
      readonly item: Schema;
    }
  /** Items told apart by what they are. */
  | { readonly kind: 'set' }
  /** Nothing is said: maps member by member, lists as a whole. */
  | { readonly kind: 'any' };

export const scalar: Schema = { kind: 'scalar' };
export const atomic: Schema = { kind: 'atomic' };
export const any: Schema = { kind: 'any' };
export const strings: Schema = { kind: 'map', fields: {}, of: scalar };

/** An object whose fields are known by name; others are taken as they come. */
export function struct(fields: Readonly<Record<string, Schema>>): Schema {
  return { kind: 'map', fields, of: null };
}

function list(keys: readonly string[], item: Schema, defaults: JsonObject = {}): Schema {
  return { kind: 'list', keys, defaults, item };
}

const metadata = struct({
  labels: strings,
  annotations: strings,
  finalizers: { kind: 'set' },
  ownerReferences: list(['uid'], atomic),
});

const container = struct({
  args: atomic,
  command: atomic,
  env: list(['name'], struct({ valueFrom: any })),
  ports: list(['containerPort', 'protocol'], struct({}), { protocol: 'TCP' }),
  resources: struct({ limits: strings, requests: strings }),
});

export const podTemplate = struct({
  metadata,
  spec: struct({
    containers: list(['name'], container),
    initContainers: list(['name'], container),
    nodeSelector: atomic,
    volumes: list(['name'], any),
  }),
});

/** The whole object, of a kind whose own fields are these. */
export function objectSchema(fields: Readonly<Record<string, Schema>>): Schema {
  return struct({ metadata, ...fields });
}

/** How a value that is there is merged. */
export function resolve(schema: Schema, value: Json | undefined): Exclude<Schema, { kind: 'any' }> {
  if (schema.kind !== 'any') return schema;
  return isJsonObject(value) ? { kind: 'map', fields: {}, of: any } : { kind: 'atomic' };
}

export function memberSchema(schema: Schema & { readonly kind: 'map' }, name: string): Schema {
  return schema.fields[name] ?? schema.of ?? any;
}

/** The step to an item of a list. */
export function stepTo(schema: Schema & { readonly kind: 'list' | 'set' }, item: Json): string {
  if (schema.kind === 'set') return `v:${JSON.stringify(item)}`;
  const value = isJsonObject(item) ? item : {};
  const keys = [...schema.keys]
    .sort()
    .map((name): [string, Json] => [name, value[name] ?? schema.defaults[name] ?? null]);
  return `k:${JSON.stringify(Object.fromEntries(keys.filter(([, key]) => key !== null)))}`;
}
