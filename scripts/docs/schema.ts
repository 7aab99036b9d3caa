import { cell, table } from './markdown.ts';

/** As much of JSON Schema as the configuration uses. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Field {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** One kind of document: what it is for, and a row for each of its fields. */
export function describeKind(kind: string, document: Schema): string {
  const fields = fieldsOf(document, '').filter(
    ({ path }) => path !== 'apiVersion' && path !== 'kind',
  );
  const rows = fields.map(({ path, schema, required }) => [
    `\`${path}\`${required ? ' **(needed)**' : ''}`,
    cell(typeOf(schema)),
    schema.default === undefined || typeof schema.default === 'object'
      ? ''
      : `\`${JSON.stringify(schema.default)}\``,
    cell(schema.description ?? ''),
  ]);
  return [
    `## ${kind}`,
    document.description ?? '',
    table(['Field', 'Type', 'Default', 'Meaning'], rows),
  ].join('\n\n');
}

/** All fields below a schema; alternatives and list items are looked into. */
function fieldsOf(schema: Schema, prefix: string): readonly Field[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(
    ([name, member]): readonly Field[] => {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      const field = { path, schema: member, required: schema.required?.includes(name) ?? false };
      // Free maps say all there is to say in their type.
      return [field, ...fieldsOf(member, path)];
    },
  );
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((one) =>
    fieldsOf(one, prefix),
  );
  const items = schema.items === undefined ? [] : fieldsOf(schema.items, `${prefix}[]`);
  const seen = new Set<string>();
  return [...own, ...alternatives, ...items].filter(
    ({ path }) => !seen.has(path) && seen.add(path) !== undefined,
  );
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined)
    return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  const alternatives = schema.anyOf ?? (schema.type === undefined ? schema.oneOf : undefined);
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeOf))].join(' or ');
  if (schema.type === 'array')
    return `list of ${schema.items === undefined ? 'values' : typeOf(schema.items)}`;
  if (schema.type === 'object')
    return typeof schema.additionalProperties === 'object'
      ? `map to ${typeOf(schema.additionalProperties)}`
      : 'object';
  if (schema.type === 'string' && isDuration(schema)) return 'duration';
  const words =
    typeof schema.type === 'string' ? schema.type : (schema.type ?? ['any']).join(' or ');
  const [least, most] = [schema.minimum, schema.maximum];
  if (least === undefined && most === undefined) return words;
  if (most === undefined) return `${words} from ${least}`;
  return least === undefined ? `${words} up to ${most}` : `${words} from ${least} to ${most}`;
}

/** Durations are strings with this one pattern. */
function isDuration(schema: Schema): boolean {
  return schema.pattern?.includes('(?:\\d+ms)?') ?? false;
}
