import { expect, test } from 'vitest';
import { loadConfig } from './load.ts';

const target = (rules: string): string => `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: {name: cluster}
spec:
  kubernetes:
    healthRules:
${rules}`;

test('health rules of a Kubernetes target reach its settings', () => {
  const { config, problems } = loadConfig([
    {
      file: 'fairlead.yaml',
      text: target(`      - group: example.org
        kind: Widget
        lua: |
          return { status = "Healthy" }
`),
    },
  ]);
  expect(problems).toEqual([]);
  expect(config.targets.get('cluster')?.settings['healthRules']).toEqual([
    { group: 'example.org', kind: 'Widget', lua: 'return { status = "Healthy" }\n' },
  ]);
});

test('a rule that cannot be read is found with its file, line and the line in the script', () => {
  const { problems } = loadConfig([
    {
      file: 'fairlead/clusters.yaml',
      text: target(`      - group: example.org
        kind: Widget
        cel:
          current: status..ready
      - kind: Secret
        lua: |
          hs = {}
          return {
`),
    },
  ]);
  expect(
    problems.map(({ file, line, path, message, allowed }) => ({
      file,
      line,
      path,
      message,
      allowed,
    })),
  ).toEqual([
    {
      file: 'fairlead/clusters.yaml',
      line: 10,
      path: 'spec.kubernetes.healthRules[0].cel.current',
      message:
        'spec.kubernetes.healthRules[0].cel.current is not CEL: Expected IDENTIFIER, got DOT (line 1 of it)',
      allowed: 'a CEL expression',
    },
    {
      file: 'fairlead/clusters.yaml',
      line: 12,
      path: 'spec.kubernetes.healthRules[1].lua',
      message:
        "spec.kubernetes.healthRules[1].lua is not Lua: '}' expected near '<eof>' (line 3 of it)",
      allowed: 'a Lua script',
    },
  ]);
});
