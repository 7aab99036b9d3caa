import { expect, test } from 'vitest';
import { isWithin, locateField } from './locate.ts';

const object = {
  metadata: { labels: { 'app.kubernetes.io/name': 'web', app: 'web' } },
  spec: {
    replicas: 1,
    ports: [{ port: 80 }, { port: 443, protocol: 'TCP' }],
    containers: [{ name: 'web', args: ['a', 'b'], env: [{ name: 'A]"', value: '1' }] }],
  },
};

test('fields that the server names are found, and named as plans name them', () => {
  const found = {
    '.spec.replicas': 'spec.replicas',
    'spec.replicas': 'spec.replicas',
    '.metadata.labels.app.kubernetes.io/name': 'metadata.labels["app.kubernetes.io/name"]',
    '.metadata.labels.app': 'metadata.labels.app',
    '.spec.ports[port=80,protocol="TCP"].port': 'spec.ports[0].port',
    '.spec.ports[port=443,protocol="TCP"]': 'spec.ports[1]',
    '.spec.containers[name="web"].args[1]': 'spec.containers[name=web].args[1]',
    '.spec.containers[name="web"].args[="b"]': 'spec.containers[name=web].args[1]',
    '.spec.containers[name="web"].env[name="A]\\""].value':
      'spec.containers[name=web].env[name=A]"].value',
  };
  for (const [field, words] of Object.entries(found))
    expect([field, locateField(object, field)]).toEqual([field, words]);
});

test('fields that the object does not have are not found', () => {
  for (const field of ['.spec.paused', '.spec.ports[port=81]', '.spec.containers[name="x"].image'])
    expect([field, locateField(object, field)]).toEqual([field, null]);
});

test('a field is within another by whole steps only', () => {
  expect(isWithin('spec.ports', 'spec.ports[0].port')).toBe(true);
  expect(isWithin('spec.ports[0].port', 'spec.ports')).toBe(true);
  expect(isWithin('spec.port', 'spec.ports')).toBe(false);
});
