import { expect, test } from 'vitest';
import { loadConfig } from './load.ts';

const smallest = `apiVersion: fairlead.dev/v1alpha1
kind: Target
metadata: {name: here}
spec: {host: {}}
---
apiVersion: fairlead.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec: {targets: [here], sync: auto}
---
apiVersion: fairlead.dev/v1alpha1
kind: Application
metadata: {name: site}
spec: {path: site, environments: [dev]}
`;

test('the smallest complete example gives a whole configuration', () => {
  const { config, problems } = loadConfig([{ file: 'fairlead.yaml', text: smallest }]);
  expect(problems).toEqual([]);
  expect(config.targets.get('here')).toEqual({
    name: 'here',
    driver: 'host',
    settings: {},
    origin: { file: 'fairlead.yaml', line: 1 },
  });
  expect(config.environments.get('dev')).toEqual({
    name: 'dev',
    targets: ['here'],
    sync: 'auto',
    ephemeral: false,
    origin: { file: 'fairlead.yaml', line: 6 },
  });
  expect(config.applications.get('site')).toEqual({
    name: 'site',
    previousNames: [],
    project: 'default',
    source: '',
    path: 'site',
    environments: ['dev'],
    sync: null,
    prune: true,
    selfHeal: true,
    allowEmpty: false,
    onRemoval: 'confirm',
    dependsOn: [],
    wave: 0,
    retry: { limit: null, initialMs: 1000, factor: 2, maxMs: 300_000 },
    timeouts: { renderMs: 10_000, applyMs: 60_000, healthMs: 60_000 },
    onFailure: 'revert',
    maxPrunePercent: 20,
    healthChecks: [],
    origin: { file: 'fairlead.yaml', line: 11 },
  });
});
