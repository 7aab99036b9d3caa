import type { KubeObject } from '../../cluster.ts';
import type { KindCase, Names } from './kind-case.ts';

interface Custom {
  readonly kind: string;
  /** Schema of `spec`. */
  readonly schema: KubeObject;
  readonly spec: KubeObject;
  readonly edit: KubeObject;
  readonly more?: KubeObject;
}

const string = { type: 'string' };
const integer = { type: 'integer' };
const object = (properties: KubeObject, more: KubeObject = {}): KubeObject => ({
  type: 'object',
  properties,
  ...more,
});
const list = (items: KubeObject, more: KubeObject = {}): KubeObject => ({
  type: 'array',
  items,
  ...more,
});

/** What schemas of custom kinds do to what is written. */
const customs: readonly Custom[] = [
  {
    kind: 'Defaulted',
    schema: object({
      size: { ...integer, default: 3 },
      name: string,
      deep: object({ on: { type: 'boolean', default: true } }, { default: {} }),
    }),
    spec: { name: 'a' },
    edit: { name: 'b' },
  },
  {
    kind: 'Atomic',
    schema: object({
      items: list(string),
      map: { type: 'object', additionalProperties: string, 'x-kubernetes-map-type': 'atomic' },
    }),
    spec: { items: ['b', 'a'], map: { a: '1', b: '2' } },
    edit: { items: ['a', 'b'] },
  },
  {
    kind: 'Keyed',
    schema: object({
      ports: list(
        object(
          { port: integer, protocol: { ...string, default: 'TCP' }, name: string },
          { required: ['port'] },
        ),
        {
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
        },
      ),
    }),
    spec: {
      ports: [
        { port: 80, name: 'http' },
        { port: 80, protocol: 'UDP', name: 'quic' },
      ],
    },
    edit: {
      ports: [
        { port: 80, protocol: 'UDP', name: 'other' },
        { port: 80, protocol: 'TCP', name: 'http' },
      ],
    },
  },
  {
    kind: 'Gathered',
    schema: object({ members: list(string, { 'x-kubernetes-list-type': 'set' }) }),
    spec: { members: ['b', 'a'] },
    edit: { members: ['a'] },
  },
  {
    kind: 'Measured',
    schema: object({
      port: { 'x-kubernetes-int-or-string': true },
      share: { 'x-kubernetes-int-or-string': true },
      cpu: { 'x-kubernetes-int-or-string': true, pattern: '^[0-9.]+m?$' },
      ratio: { type: 'number' },
    }),
    spec: { port: 80, share: '50%', cpu: '1000m', ratio: 1.5 },
    edit: { port: '80', ratio: 2 },
  },
  {
    kind: 'Free',
    schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    spec: { any: [{ thing: null }, 1.0, 'x'], 'odd.name/with': { '': 'empty' } },
    edit: { any: [] },
  },
  {
    kind: 'Embedded',
    schema: object({
      template: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
      nothing: { ...string, nullable: true },
    }),
    spec: {
      template: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1' } },
    },
    edit: { template: { data: { a: '2' } } },
  },
  {
    kind: 'Reporting',
    schema: object({ size: integer }),
    spec: { size: 1 },
    edit: { size: 2 },
    more: {
      subresources: {
        status: {},
        scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' },
      },
    },
  },
];

const status = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Custom kinds and an object of each; the kind `Converted` has two versions and is asked of a webhook. */
export function customKinds(
  { group, namespace }: Names,
  conversion: KubeObject,
): readonly KindCase[] {
  const of = (kind: string, version: string, spec: KubeObject, edit: KubeObject): KindCase => ({
    object: { apiVersion: `${group}/${version}`, kind, metadata: { name: 'one', namespace }, spec },
    edit: { spec: edit },
  });
  const version = (name: string, schema: KubeObject, more: KubeObject = {}): KubeObject => ({
    name,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: object({ spec: schema, status }) },
    ...more,
  });
  const converted = definition(group, 'Converted', [
    version('v1', object({ size: integer, tags: list(string) }), { storage: false }),
    version('v2', object({ box: object({ size: integer }), tags: list(string) })),
  ]);
  converted.spec.conversion = conversion;
  return [
    ...customs.map(({ kind, schema, more = {} }): KindCase => ({
      object: definition(group, kind, [version('v1', schema, more)]),
      edit: { spec: { names: { shortNames: [`${kind.toLowerCase()}s9`] } } },
    })),
    { object: converted, edit: { spec: { names: { categories: ['all'] } } } },
    ...customs.map(({ kind, spec, edit }) => of(kind, 'v1', spec, edit)),
    // Written in the old version, kept in the new one.
    of('Converted', 'v1', { size: 3, tags: ['a'] }, { size: 4 }),
  ];
}

function definition(group: string, kind: string, versions: readonly KubeObject[]): KubeObject {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        plural,
        singular,
        listKind: `${kind}List`,
        shortNames: [`${singular}9`],
        categories: ['proof'],
      },
      versions,
    },
  };
}
