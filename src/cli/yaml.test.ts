import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { kubernetesSchema } from '../render/kubernetes-yaml.ts';
import { loadYamlWriter } from './yaml.ts';

const texts = ['yes', 'No', 'on', 'OFF', 'y', 'N', 'true', 'null', '~', '', '0644', '0o17', '0x1F']
  .concat(['1_000', '0b101', '12:30:45', '-1:30', '1:20.5', '2024-01-02', '2024-01-02T03:04:05Z'])
  .concat([
    '1e3',
    '1_0.5',
    '.5',
    '.inf',
    '-.Inf',
    '.NaN',
    '08',
    '1.10',
    '<<',
    '=',
    '-',
    '?',
    '# no',
  ])
  .concat(['+1_0', '0_7', '1__0', '6.02_e1', '+.5', '1.', '0b', '!tag', '&a', '*a', '%', '@', '`']);

test('text is text for readers of YAML 1.2, of 1.1, and for kubectl', async () => {
  const toYaml = await loadYamlWriter();
  const value = { list: texts, keys: Object.fromEntries(texts.map((text) => [text, 'x'])) };
  const written = toYaml(value);
  expect(parse(written)).toEqual(value);
  expect(parse(written, { version: '1.1' })).toEqual(value);
  expect(load(written, { schema: kubernetesSchema })).toEqual(value);
});
