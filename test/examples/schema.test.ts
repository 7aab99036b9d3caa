import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { accepts } from '../../src/config/json-schema.testing.ts';
import { examples } from './example.ts';

const schemas = join(examples, '../schema');
/** Charts and manifests for a cluster have schemas of others. */
const isOurs = (path: string): boolean =>
  path.endsWith('.yaml') && (!/^(?:helm|kustomize)\//.test(path) || path.endsWith('fairlead.yaml'));
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter(isOurs)
  .toSorted();

describe('editors', () => {
  test.each(files)('find the schema of %s, and nothing wrong with it', (path) => {
    const file = join(examples, path);
    const text = readFileSync(file, 'utf8');
    const [, named = ''] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? [];
    const schemaFile = join(dirname(file), named);
    expect(['fairlead.schema.json', 'host.schema.json']).toContain(relative(schemas, schemaFile));
    const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as Record<string, unknown>;
    const documents = parseAllDocuments(text).map((document) => document.toJS() as unknown);
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents)
      expect([document, accepts(schema, document)]).toEqual([document, true]);
    const misspelt = { ...(documents[0] as object), specc: {} };
    expect(accepts(schema, misspelt)).toBe(false);
  });
});
