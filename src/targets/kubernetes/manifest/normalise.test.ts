import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../model/json.ts';
import type { Manifest } from '../../../model/resource.ts';
import { createSealer, sha256 } from '../../../system/hasher.ts';
import { Shaper, unshape } from '../object/shape.ts';
import { normalise } from './normalise.ts';
import { readOptions } from './options.ts';
import { rankOf } from './rank.ts';
import { scaleTargetOf } from './scaled.ts';

function manifest(kind: string, body: JsonObject, apiVersion = 'v1'): Manifest {
  const whole = { apiVersion, kind, metadata: { name: 'one' }, ...body };
  const origin = { file: 'app/one.yaml', line: 3 };
  return { apiVersion, kind, name: 'one', namespace: '', body: whole, origin };
}

const idOf = (kind: string) => ({ group: '', kind, namespace: 'shop', name: 'one' });
const key = { application: 'shop', environment: 'dev' };
const ours = {
  labels: {
    'fairlead.dev/managed': 'true',
    'fairlead.dev/application': 'shop',
    'fairlead.dev/environment': 'dev',
  },
};

describe('the fields of a manifest', () => {
  test('are its wish alone, in its namespace and marked as ours', () => {
    const metadata = {
      name: 'one',
      uid: 'x',
      resourceVersion: '1',
      creationTimestamp: null,
      managedFields: [],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    };
    const given = manifest('ConfigMap', { metadata, data: { a: '1', b: null }, status: { x: 1 } });
    expect(normalise(given, idOf('ConfigMap'), key)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one', namespace: 'shop', ...ours },
      data: { a: '1' },
    });
  });

  test('keep null where a custom kind may mean it', () => {
    const given = manifest('Thing', { spec: { limit: null } }, 'example.org/v1');
    const id = { ...idOf('Thing'), group: 'example.org' };
    expect(normalise(given, id, key)['spec']).toEqual({ limit: null });
  });

  test('have stringData as data, so that keys that leave the source leave the object', () => {
    const given = manifest('Secret', { data: { a: 'MQ==' }, stringData: { b: 'hunter2' } });
    const fields = normalise(given, idOf('Secret'), key);
    expect(fields['data']).toEqual({ a: 'MQ==', b: 'aHVudGVyMg==' });
    expect(fields).not.toHaveProperty('stringData');
  });

  test.each([
    [
      'a label that is no text',
      { metadata: { name: 'one', labels: { a: 1 } } },
      'put quotes around 1',
    ],
    [
      'annotations that are a list',
      { metadata: { name: 'one', annotations: [] } },
      'metadata.annotations',
    ],
    [
      'a value that is no base64',
      { data: { password: 'hunter2!' } },
      'data["password"] is not base64',
    ],
    [
      'a value that is no text',
      { stringData: { password: 22 } },
      'stringData["password"] must be text',
    ],
  ])('are refused for %s, by file and line and without the value', (_what, body, told) => {
    const read = () => normalise(manifest('Secret', body), idOf('Secret'), key);
    expect(read).toThrow(told);
    expect(read).toThrow('app/one.yaml:3');
    expect(read).not.toThrow('hunter2');
  });
});

describe('invariant 7: secrets and long values', () => {
  const shaper = new Shaper(sha256, createSealer('k1', new Uint8Array(32)));

  test('a Secret has seals in place of its values, and is whole again when it is written', () => {
    const object = { apiVersion: 'v1', kind: 'Secret', data: { password: 'aHVudGVyMg==' } };
    const { fields, secret } = shaper.shape(object);
    expect(JSON.stringify([fields, secret])).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(unshape(fields, secret ?? undefined, {})).toEqual(object);
  });

  test('a long value of a ConfigMap is a digest, with its text beside it', () => {
    const text = 'line\n'.repeat(300);
    const object = { apiVersion: 'v1', kind: 'ConfigMap', data: { 'a.conf': text, b: 'short' } };
    const { fields, long, texts } = shaper.shape(object);
    expect(fields['data']).toEqual({ 'a.conf': `sha256:${sha256(text)}`, b: 'short' });
    expect(texts).toEqual({ 'data["a.conf"]': text });
    expect(unshape(fields, undefined, long)).toEqual(object);
  });
});

describe('what annotations say', () => {
  const read = (annotations: Readonly<Record<string, string>>, more: readonly string[] = []) =>
    readOptions(manifest('ConfigMap', {}), annotations, more);

  test('is understood in the words of Argo CD, Helm, Flux and our own', () => {
    expect(read({}).prune).toBe(true);
    for (const annotations of [
      { 'argocd.argoproj.io/sync-options': 'Validate=true, Prune=false' },
      { 'helm.sh/resource-policy': 'keep' },
      { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
      { 'fairlead.dev/prune': 'disabled' },
    ])
      expect(read(annotations).prune).toBe(false);
    const labels = { 'kustomize.toolkit.fluxcd.io/prune': 'Disabled' };
    expect(readOptions(manifest('ConfigMap', { metadata: { labels } }), {}, []).prune).toBe(false);
    expect(read({ 'helm.sh/resource-policy': ' Keep' }).prune).toBe(false);
    expect(read({ 'argocd.argoproj.io/sync-wave': '-5' }).wave).toBe(-5);
    expect(read({ 'argocd.argoproj.io/sync-options': 'Replace=true' }).replaceable).toBe(true);
    expect(read({}, ['CreateNamespace=true']).createNamespace).toBe(true);
    expect(
      read({ 'argocd.argoproj.io/sync-options': 'CreateNamespace=false' }, ['CreateNamespace=true'])
        .createNamespace,
    ).toBe(false);
  });

  test('is refused where it is ours and says nothing', () => {
    expect(() => read({ 'fairlead.dev/wve': '1' })).toThrow('did you mean fairlead.dev/wave?');
    expect(() => read({ 'fairlead.dev/wave': 'one' })).toThrow('must be a whole number');
    expect(() => read({ 'fairlead.dev/ignore-differences': 'spec.replicas' })).toThrow(
      'JSON pointers',
    );
  });
});

test('namespaces and definitions come first, then what pods refer to, then pods, then what stands before the server', () => {
  const order = ['Namespace', 'Secret', 'Pod'].map((kind) => rankOf({ group: '', kind }));
  const webhook = { group: 'admissionregistration.k8s.io', kind: 'ValidatingWebhookConfiguration' };
  expect([...order, rankOf(webhook)]).toEqual([0, 1, 2, 3]);
});

test('a scaler tells whose replicas are its own', () => {
  const spec = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' } };
  const autoscaler = manifest('HorizontalPodAutoscaler', { spec }, 'autoscaling/v2');
  expect(scaleTargetOf(autoscaler, 'shop')).toEqual({
    group: 'apps',
    kind: 'StatefulSet',
    namespace: 'shop',
    name: 'db',
  });
  const scaled = manifest(
    'ScaledObject',
    { spec: { scaleTargetRef: { name: 'web' } } },
    'keda.sh/v1',
  );
  expect(scaleTargetOf(scaled, 'shop')).toMatchObject({ kind: 'Deployment', name: 'web' });
  expect(scaleTargetOf(manifest('ConfigMap', {}), 'shop')).toBeNull();
});
