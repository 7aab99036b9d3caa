import { suggest } from '../../../config/suggest.ts';
import type { Json } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import { memberPath } from '../../../plan/field-diff.ts';
import type { SchemaNode } from './node.ts';

const words: Readonly<Record<SchemaNode['type'], string>> = {
  object: 'a mapping of fields',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  any: 'anything',
};

/** What of a value its schema does not have, in words: the field, what may stand there, what was probably meant. */
export function checkValue(node: SchemaNode, value: Json, path = ''): readonly string[] {
  if (node.type === 'any' || value === null) return [];
  if (!fits(node, value)) {
    const quotes =
      node.type === 'string' && (typeof value === 'number' || typeof value === 'boolean')
        ? `: put quotes around ${JSON.stringify(value)}`
        : '';
    return [`${path || 'the document'} must be ${words[node.type]}${quotes}`];
  }
  const { fields, members } = node;
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).entries();
    return [...items].flatMap(([at, item]) =>
      members === undefined ? [] : checkValue(members, item, `${path}[${at}]`),
    );
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const below = fields === undefined ? members : fields.get(name);
    if (below !== undefined) return checkValue(below, member, memberPath(path, name));
    if (fields === undefined) return [];
    const nearest = suggest(name, fields.keys());
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    return [`${path || 'the document'} has no field "${name}"${hint}`];
  });
}

function fits(node: SchemaNode, value: Json): boolean {
  switch (node.type) {
    case 'object':
      return isJsonObject(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'any':
      return true;
  }
}
