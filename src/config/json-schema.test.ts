import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaFiles } from '../../scripts/generate-schema.ts';
import { targetDrivers } from '../targets/registry.ts';
import { document, smallest } from './examples.testing.ts';
import { configSchema } from './json-schema.ts';
import { accepts, openMappings, patternsIn, silentFields } from './json-schema.testing.ts';
import { createKinds } from './kinds/index.ts';
import { loadConfig } from './load.ts';
import { parseYaml } from './yaml.ts';

const schema = configSchema(createKinds(targetDrivers));

test.each([...schemaFiles()])('%s is up to date (else: npm run schema)', (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('every field has a description for editors', () => {
  expect(silentFields(schema)).toEqual([]);
});

test('no field of any mapping is left open', () => {
  expect(openMappings(schema)).toEqual([]);
});

test('every pattern works as editors compile it', () => {
  expect(() => patternsIn(schema).map((pattern) => new RegExp(pattern, 'u'))).not.toThrow();
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
    document('Target', 'x', '{host: {secretEnv: [SHOP_PASSWORD]}}'),
    document('Target', 'x', '{host: {secretEnv: [not-a-name]}}'),
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
