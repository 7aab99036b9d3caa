import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../model/json.ts';
import { diffFields } from '../../../plan/field-diff.ts';
import type { KubeObject } from '../client/object.ts';
import { compareObjects } from './compare.ts';
import { covers, hasField, holderOf, ownSet, project } from './fields-v1.ts';
import type { FieldSet } from './fields-v1.ts';

const container = (parts: JsonObject): Json => ({ name: 'web', image: 'web:1', ...parts });

function deployment(
  replicas: number,
  containers: readonly Json[],
  more: JsonObject = {},
): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
    spec: { replicas, template: { spec: { containers } }, ...more },
  };
}

const set: FieldSet = {
  'f:metadata': { 'f:labels': { 'f:app': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} },
        },
      },
    },
  },
};

const wish = deployment(2, [container({ resources: { limits: { cpu: '1000m' } } })]);
const applied = deployment(2, [
  container({ resources: { limits: { cpu: '1' } }, imagePullPolicy: 'IfNotPresent' }),
]);

const differences = (live: JsonObject, liveSet: FieldSet = set) => {
  const { fields } = compareObjects({ wish, applied, appliedSet: set, live, liveSet });
  return diffFields(wish, fields, wish);
};

describe('a live object beside a wish', () => {
  test('is the wish where the server only writes values in another way and adds defaults', () => {
    expect(differences(applied)).toEqual([]);
  });

  test('differs in the field that somebody changed, named as people name it', () => {
    const live = deployment(5, [
      container({ image: 'web:0', resources: { limits: { cpu: '1' } } }),
    ]);
    expect(differences(live)).toEqual([
      { path: 'spec.replicas', from: 5, to: 2 },
      {
        path: 'spec.template.spec.containers[name=web].image',
        from: 'web:0',
        to: 'web:1',
      },
    ]);
  });

  test('does not differ by what others added: a sidecar, an annotation, a default', () => {
    const live = deployment(
      2,
      [{ name: 'proxy', image: 'proxy:1' }, container({ resources: { limits: { cpu: '1' } } })],
      { paused: false },
    );
    expect(differences(live)).toEqual([]);
  });

  test('lacks an item of a list that somebody took out', () => {
    const diff = differences(deployment(2, [{ name: 'proxy', image: 'proxy:1' }]));
    expect(diff).toEqual([
      {
        path: 'spec.template.spec.containers',
        from: [],
        to: [container({ resources: { limits: { cpu: '1000m' } } })],
      },
    ]);
  });

  test('has what is ours there and no longer wished for', () => {
    const live = deployment(2, [container({ resources: { limits: { cpu: '1' } } })], {
      minReadySeconds: 5,
    });
    const spec = set['f:spec'] as JsonObject;
    const liveSet = { ...set, 'f:spec': { ...spec, 'f:minReadySeconds': {} } };
    const { fields } = compareObjects({ wish, applied, appliedSet: set, live, liveSet });
    const before = deployment(2, [], { minReadySeconds: 5 });
    expect(diffFields(wish, fields, before)).toEqual([{ path: 'spec.minReadySeconds', from: 5 }]);
  });
});

describe('sets of fields', () => {
  test('cut out of an object what is ours', () => {
    const live = deployment(2, [{ name: 'proxy' }, container({ tty: true })], { paused: true });
    expect(project(live, set)).toEqual({
      metadata: { labels: { app: 'web' } },
      spec: { replicas: 2, template: { spec: { containers: [container({})] } } },
    });
  });

  test('know what they hold, and what holds it', () => {
    const ports = ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:nodePort'];
    expect(covers({ 'f:spec': { 'f:ports': {} } }, ports)).toBe(true);
    expect(covers({ 'f:spec': { 'f:type': {} } }, ports)).toBe(false);
    const wished = { spec: { ports: [{ port: 80, nodePort: 1 }] } };
    expect(hasField(wished, ports)).toBe(true);
    expect(hasField({ spec: { ports: [{ port: 81 }] } }, ports)).toBe(false);
  });

  test('tell our own from that of others', () => {
    const entry = (manager: string, fieldsV1: FieldSet) => ({
      manager,
      operation: 'Apply' as const,
      apiVersion: 'v1',
      fieldsV1,
    });
    const object: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        uid: '1',
        resourceVersion: '1',
        managedFields: [
          entry('fairlead', { 'f:data': { 'f:ours': {} } }),
          entry('somebody', { 'f:data': { 'f:theirs': {} } }),
        ],
      },
    };
    expect(ownSet(object)).toEqual({ 'f:data': { 'f:ours': {} } });
    expect(holderOf(object, ['f:data', 'f:theirs'])).toBe('somebody');
    expect(holderOf(object, ['f:data', 'f:ours'])).toBeNull();
  });
});
