import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import { branch, objects, text } from '../object/reading.ts';

/** What may stand at a place of an object; what is not said is not checked. */
export interface SchemaNode {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'any';
  /** Of an object with fixed fields; absent: any field. */
  readonly fields?: ReadonlyMap<string, SchemaNode>;
  /** Of a mapping or a list: what its members are. */
  readonly members?: SchemaNode;
}

const anything: SchemaNode = { type: 'any' };

/** The kinds that one OpenAPI document describes, without its prose. */
export function readDocument(document: Json): ReadonlyMap<string, SchemaNode> {
  const components = branch(branch(document)['components']);
  const schemas = branch(components['schemas']);
  const nodes = new Map<string, SchemaNode>();
  const named = (name: string): SchemaNode => {
    const known = nodes.get(name);
    if (known !== undefined) return known;
    // Filled in place, because schemas refer to themselves.
    const node: { -readonly [Name in keyof SchemaNode]: SchemaNode[Name] } = { type: 'any' };
    nodes.set(name, node);
    Object.assign(node, convert(branch(schemas[name]), named));
    return node;
  };
  const kinds = new Map<string, SchemaNode>();
  for (const [name, schema] of Object.entries(schemas)) {
    const kindsOf = branch(schema)['x-kubernetes-group-version-kind'];
    for (const { group, version, kind } of objects(kindsOf))
      kinds.set(`${text(group)}/${text(version)}/${text(kind)}`, named(name));
  }
  return kinds;
}

function convert(schema: JsonObject, named: (name: string) => SchemaNode): SchemaNode {
  const reference = referenceOf(schema);
  if (reference !== null) return named(reference);
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return anything;
  if (schema['x-kubernetes-int-or-string'] === true || Array.isArray(schema['oneOf']))
    return anything;
  switch (schema['type']) {
    case 'object': {
      const properties = schema['properties'];
      if (isJsonObject(properties)) {
        const fields = Object.entries(properties).map(
          ([name, field]) => [name, convert(branch(field), named)] as const,
        );
        return { type: 'object', fields: new Map(fields) };
      }
      const others = schema['additionalProperties'];
      return isJsonObject(others)
        ? { type: 'object', members: convert(others, named) }
        : { type: 'object' };
    }
    case 'array':
      return { type: 'array', members: convert(branch(schema['items']), named) };
    case 'string':
      return schema['format'] === 'int-or-string' ? anything : { type: 'string' };
    case 'integer':
    case 'number':
    case 'boolean':
      return { type: schema['type'] };
    default:
      return anything;
  }
}

/** The schema that another stands for; where there is more beside it, that is prose and a default. */
function referenceOf(schema: JsonObject): string | null {
  const all = schema['allOf'];
  const only = Array.isArray(all) && all.length === 1 ? branch(all[0]) : schema;
  const reference = only['$ref'];
  return typeof reference === 'string' ? reference.replace('#/components/schemas/', '') : null;
}
