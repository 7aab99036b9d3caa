import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { Manifest } from '../../model/resource.ts';
import { finish } from './finish.ts';
import type { FinishConfig } from './finish.ts';

const manifest = (body: JsonObject, name = 'a'): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  namespace: '',
  body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...body },
  origin: { file: 'app/a.yaml', line: 3 },
});

const finished = (manifests: readonly Manifest[], config: FinishConfig, environment = 'dev') =>
  finish({ manifests, readSet: new Map(), warnings: [] }, config, environment);
const variables = (
  values: Readonly<Record<string, string>>,
  more: Partial<NonNullable<FinishConfig['substitute']>> = {},
): FinishConfig => ({ substitute: { values, environments: {}, strict: true, ...more } });

function dataOf(data: JsonObject, config: FinishConfig, environment?: string): unknown {
  // Of a kind of which nobody knows what may stand in it.
  const custom = { ...manifest({ apiVersion: 'v1', kind: 'Any', data }), kind: 'Any' };
  const result = finished([custom], config, environment);
  if (!result.ok) throw result.error;
  return result.value.manifests[0]?.body['data'];
}

describe('variables', () => {
  test('are filled in wherever a text stands: in names, lists and keys', () => {
    const data = { '${K}': ['${A}-x', { deep: 'http://${A}:80/' }], same: 1 };
    expect(dataOf(data, variables({ A: 'one', K: 'key' }))).toEqual({
      key: ['one-x', { deep: 'http://one:80/' }],
      same: 1,
    });
    const result = finished([manifest({}, 'web-${A}')], variables({ A: 'one' }));
    expect(result).toMatchObject({
      value: { manifests: [{ name: 'web-one', body: { metadata: { name: 'web-one' } } }] },
    });
  });

  test('are of the type that YAML makes of them, unless their value is in quotes', () => {
    const config = variables({ N: '3', T: 'true', Q: '"3"', L: '[a, 2]', E: '', M: 'a: b' });
    const data = { n: '${N}', t: '${T}', q: '${Q}', l: '${L}', e: '${E}', m: '${M}', s: 'v${N}' };
    expect(dataOf(data, config)).toEqual({
      n: 3,
      t: true,
      q: '3',
      l: ['a', 2],
      e: null,
      m: 'a: b',
      s: 'v3',
    });
  });

  test('are text where `quote` stands beside them, as Flux has it', () => {
    const config = variables({ N: '3', quote: '"' });
    expect(dataOf({ n: '${quote}${N}${quote}' }, config)).toEqual({ n: '3' });
  });

  const container = { name: 'a', env: [{ name: 'SIZE', value: '${SIZE}' }] };

  test.each([
    ['ConfigMap', 'data.size', { data: { size: '${SIZE}' } }],
    ['Secret', 'stringData.size', { stringData: { size: '${SIZE}' } }],
    ['Any', 'metadata.labels.size', { metadata: { name: 'a', labels: { size: '${SIZE}' } } }],
    [
      'Any',
      'metadata.annotations.a/b',
      { metadata: { name: 'a', annotations: { 'a/b': '${SIZE}' } } },
    ],
    [
      'Deployment',
      'spec.template.spec.containers.0.env.0.value',
      { spec: { template: { spec: { containers: [container] } } } },
    ],
  ])(
    'are an error where they become no text and only text can stand: %s %s',
    (kind, path, body) => {
      const one = { ...manifest({ ...body, kind }), kind };
      const message = (value: string): unknown => {
        const result = finished([one], variables({ SIZE: value }));
        return result.ok ? null : { code: result.error.code, message: result.error.message };
      };
      expect(message('3')).toEqual({
        code: 'render.substitution-failed',
        message: `app/a.yaml:3: ${kind}/a: \${SIZE} becomes 3, a number, in ${path}, where only text can stand; write its value as '"3"'`,
      });
      expect(message('true')).toMatchObject({
        message: expect.stringContaining('true, a boolean,'),
      });
      expect(message('[a, b]')).toMatchObject({ message: expect.stringContaining('a list, in') });
      for (const text of ['"3"', 'large', '3 GiB', '']) expect(message(text)).toBeNull();
    },
  );

  test('cannot add a field beside the one they stand in', () => {
    const config = variables({ A: 'x\nadmin: true', B: '} evil: {' });
    expect(dataOf({ a: '${A}', b: '${B}', c: 'line\n${A}' }, config)).toEqual({
      a: 'x\nadmin: true',
      b: '} evil: {',
      c: 'line\nx\nadmin: true',
    });
  });

  test('of the environment count more', () => {
    const config = variables({ A: 'all', B: 'all' }, { environments: { prod: { A: 'prod' } } });
    expect(dataOf({ a: '${A}${B}' }, config)).toEqual({ a: 'allall' });
    expect(dataOf({ a: '${A}${B}' }, config, 'prod')).toEqual({ a: 'prodall' });
  });

  test('that have no value are an error that names the object, or empty', () => {
    const result = finished([manifest({ data: { a: '${NO}' } })], variables({}));
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'render.substitution-failed',
        message: 'app/a.yaml:3: ConfigMap/a: ${NO}: NO has no value and no default',
      },
    });
    expect(dataOf({ a: 'x${NO}' }, variables({}, { strict: false }))).toEqual({ a: 'x' });
  });

  test('are left alone in objects that say so', () => {
    for (const name of ['fairlead.dev/substitute', 'kustomize.toolkit.fluxcd.io/substitute']) {
      const metadata = { name: 'a', annotations: { [name]: 'disabled' } };
      const one = manifest({ metadata, data: { a: '${A}' } });
      const result = finished([one], variables({ A: '1' }));
      expect(result).toMatchObject({ value: { manifests: [{ body: { data: { a: '${A}' } } }] } });
    }
  });

  test('that give two objects one name, or none, are an error', () => {
    const two = [manifest({}, '${A}'), manifest({}, '${B}')];
    expect(finished(two, variables({ A: 'x', B: 'x' }))).toMatchObject({
      ok: false,
      error: { code: 'render.duplicate-resource' },
    });
    expect(finished([manifest({}, '${A}')], variables({ A: '' }))).toMatchObject({
      ok: false,
      error: { code: 'render.not-a-manifest' },
    });
  });

  test('that make a number which cannot be kept are an error', () => {
    expect(
      finished([manifest({ data: { a: '${A}' } })], variables({ A: '9007199254740993' })),
    ).toMatchObject({ ok: false, error: { code: 'render.substitution-failed' } });
  });
});

test('labels and annotations go on every object, over its own of that name', () => {
  const one = manifest({ metadata: { name: 'a', labels: { team: 'own', tier: 'x' } } });
  const result = finished([one, manifest({}, 'b')], {
    labels: { team: 'shop' },
    annotations: { 'example.com/by': 'us' },
  });
  expect(result).toMatchObject({
    value: {
      manifests: [
        {
          body: {
            metadata: {
              labels: { team: 'shop', tier: 'x' },
              annotations: { 'example.com/by': 'us' },
            },
          },
        },
        { body: { metadata: { labels: { team: 'shop' } } } },
      ],
    },
  });
});
