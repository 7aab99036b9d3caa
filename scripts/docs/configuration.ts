import { defaultDrivers } from '../../src/config/drivers.ts';
import { configSchema } from '../../src/config/json-schema.ts';
import { createKinds } from '../../src/config/kinds/index.ts';
import { cell, generated, table } from './markdown.ts';

/** As much of JSON Schema as the configuration uses. */
interface Schema {
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

/** `docs/reference/configuration.md`: every field of every kind of document. */
export function configurationReference(): string {
  const schema = configSchema(createKinds(defaultDrivers)) as {
    readonly $defs: Readonly<Record<string, Schema>>;
  };
  return [
    '# Configuration',
    generated('the schemas in `src/config`'),
    'The configuration is `fairlead.yaml`, or any `fairlead/*.yaml`, at the top of a repository; several documents in one file are separated by `---`. Unknown fields are errors. A document with an error keeps its last good version, and nothing is deleted because of it. Editors check it with [the JSON Schema](../../schema/fairlead.schema.json); `fairlead validate` checks it whole.',
    'Lengths of time are written like `90s`, `5m` or `1h30m`.',
    ...Object.entries(schema.$defs).map(([kind, document]) => describeKind(kind, document)),
  ].join('\n\n');
}

function describeKind(kind: string, document: Schema): string {
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
  const purpose = document.properties?.['kind']?.description ?? '';
  return [`## ${kind}`, purpose, table(['Field', 'Type', 'Default', 'Meaning'], rows)].join('\n\n');
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
