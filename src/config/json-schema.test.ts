import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaText } from '../../scripts/generate-schema.ts';
import { defaultDrivers } from './drivers.ts';
import { document, smallest } from './examples.testing.ts';
import { configSchema } from './json-schema.ts';
import { accepts } from './json-schema.testing.ts';
import { createKinds } from './kinds/index.ts';
import { loadConfig } from './load.ts';
import { parseYaml } from './yaml.ts';

type Schema = Readonly<Record<string, unknown>>;

const schema = configSchema(createKinds(defaultDrivers));

/** Every schema inside, with the place it stands at. */
function* walk(at: string, one: Schema): Generator<readonly [string, Schema]> {
  yield [at, one];
  const groups = { ...(one['$defs'] as object), ...(one['properties'] as object) };
  for (const [name, inner] of Object.entries(groups)) yield* walk(`${at}.${name}`, inner as Schema);
  if (typeof one['items'] === 'object') yield* walk(`${at}[]`, one['items'] as Schema);
}

test('the committed schema is up to date (else: npm run schema)', () => {
  expect(readFileSync('schema/fairlead.schema.json', 'utf8')).toBe(schemaText());
});

test('every field has a description for editors', () => {
  const silent = [...walk('', schema)]
    .filter(
      ([at, { description, type }]) =>
        type !== undefined && description === undefined && !at.endsWith('[]'),
    )
    .map(([at]) => at);
  expect(silent).toEqual([]);
});

test('no field of any mapping is left open', () => {
  const open = [...walk('', schema)]
    .filter(([, one]) => one['type'] === 'object' && one['additionalProperties'] === undefined)
    .map(([at]) => at);
  expect(open).toEqual([]);
});

test('every pattern works as editors compile it', () => {
  const patterns = [...walk('', schema)]
    .map(([, { pattern }]) => pattern)
    .filter((pattern) => typeof pattern === 'string');
  expect(() => patterns.map((pattern) => new RegExp(pattern, 'u'))).not.toThrow();
});

test('the schema takes what the loader takes, and refuses what it refuses', () => {
  const source = (spec: string): string => document('Source', 'x', spec);
  const texts = [
    smallest,
    smallest.replaceAll('spec: {', 'spec: {unknown: 1, '),
    smallest.replaceAll('v1alpha1', 'v2'),
    source('{url: https://h/x}'),
    source('{url: https://h/x, branch: main, interval: 5m}'),
    source('{url: https://h/x, branch: main, tag: v1}'),
    source('{url: https://h/x, interval: 5}'),
    source('{url: https://h/x, auth: {}}'),
    source('{url: https://h/x, auth: {token: {fromEnv: A}}}'),
    source('{url: https://h/x, auth: {token: {fromEnv: A}, ssh: {keyFile: /k}}}'),
    document('Target', 'My_Host', '{host: {}}'),
    document('Target', 'x', '{}'),
    document('Application', 'x', '{path: x}'),
    document('Environment', 'x', '{targets: [a], sync: often}'),
  ];
  for (const text of texts) {
    const parsed = parseYaml(text);
    if (!parsed.ok) throw new Error('not YAML');
    for (const one of parsed.documents) {
      const { problems } = loadConfig([{ file: 'fairlead.yaml', text: JSON.stringify(one.value) }]);
      const sound = problems.every(({ code }) => code === 'config.unknown-reference');
      expect([one.value, accepts(schema, one.value)]).toEqual([one.value, sound]);
    }
  }
});
