import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isJsonObject, sameJson } from '../../../src/model/json.ts';
import type { Kind } from './kind.ts';
import { any, atomic, objectSchema, podTemplate, scalar, strings, struct } from './schema.ts';
import { at, completed, listAt, objectAt, set, textAt } from './value.ts';

/** The built-in kinds that schedules use, as far as they use them. */

/** Maps that hold nothing are not kept. */
function withoutHollow(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([name, value]) =>
        !names.includes(name) || !isJsonObject(value) || Object.keys(value).length > 0,
    ),
  );
}

const fixed = (...ways: readonly (readonly string[])[]): Kind['immutable'] => {
  return (before, after) =>
    ways
      .filter((way) => !sameJson(at(before, ...way) ?? null, at(after, ...way) ?? null))
      .map((way) => way.join('.'));
};

const plain = {
  version: 'v1',
  group: '',
  namespaced: true,
  hasStatus: false,
  unmanaged: [],
  hasGeneration: false,
  complete: (object: JsonObject) => object,
  immutable: fixed(),
};

const whereImmutable: Kind['immutable'] = (before, after) =>
  at(before, 'immutable') === true
    ? fixed(['data'], ['binaryData'], ['immutable'])(before, after)
    : [];

export const namespace: Kind = {
  ...plain,
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  hasStatus: true,
  unmanaged: ['spec', 'status'],
  schema: objectSchema({ spec: struct({ finalizers: atomic }) }),
  complete: (object) => {
    const label = ['metadata', 'labels', 'kubernetes.io/metadata.name'];
    return completed(set(object, label, textAt(object, 'metadata', 'name')), {
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  },
};

export const secret: Kind = {
  ...plain,
  kind: 'Secret',
  plural: 'secrets',
  schema: objectSchema({ data: strings, stringData: strings, type: scalar, immutable: scalar }),
  complete: (object) => {
    const { stringData, ...rest } = object;
    const given = isJsonObject(stringData) ? stringData : {};
    const coded = Object.keys(given).map((name): [string, Json] => [
      name,
      Buffer.from(textAt(given, name)).toString('base64'),
    ]);
    const data = { ...objectAt(rest, 'data'), ...Object.fromEntries(coded) };
    const whole = Object.keys(data).length === 0 ? rest : { ...rest, data };
    return completed(withoutHollow(whole, 'data'), { type: 'Opaque' });
  },
  immutable: (before, after) => [
    ...fixed(['type'])(before, after),
    ...whereImmutable(before, after),
  ],
};

const configMap: Kind = {
  ...plain,
  kind: 'ConfigMap',
  plural: 'configmaps',
  schema: objectSchema({ data: strings, binaryData: strings, immutable: scalar }),
  complete: (object) => withoutHollow(object, 'data', 'binaryData'),
  immutable: whereImmutable,
};

const claim: Kind = {
  ...plain,
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  hasStatus: true,
  unmanaged: ['status'],
  schema: objectSchema({
    spec: struct({
      accessModes: atomic,
      selector: atomic,
      resources: struct({ limits: strings, requests: strings }),
    }),
  }),
  complete: (object) =>
    completed(
      { ...object, metadata: withFinalizer(object, 'kubernetes.io/pvc-protection') },
      { spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
    ),
  immutable: fixed(['spec', 'accessModes'], ['spec', 'storageClassName'], ['spec', 'volumeMode']),
};

/** Of something that is new. */
function withFinalizer(object: JsonObject, name: string): JsonObject {
  const metadata = objectAt(object, 'metadata');
  if (metadata['uid'] !== undefined) return metadata;
  return { ...metadata, finalizers: [...listAt(metadata, 'finalizers'), name] };
}

const container = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  resources: {},
};

const pod = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
};

/** A template as the server completes it. Amounts are written in the one way that the server has for them. */
function completePod(spec: JsonObject, defaults: JsonObject = pod): JsonObject {
  const containers = listAt(spec, 'containers').map((item) => {
    const given = isJsonObject(item) ? item : {};
    const image = textAt(given, 'image');
    const imagePullPolicy =
      /:[^/]+$/.test(image) && !image.endsWith(':latest') ? 'IfNotPresent' : 'Always';
    const whole = completed(given, { ...container, imagePullPolicy });
    const ports = listAt(whole, 'ports').map((port) =>
      completed(isJsonObject(port) ? port : {}, { protocol: 'TCP' }),
    );
    return {
      ...whole,
      resources: resources(objectAt(whole, 'resources')),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
  return { ...completed(spec, defaults), containers };
}

function resources(value: JsonObject): JsonObject {
  const sections = Object.entries(value).map(([section, amounts]): [string, Json] => [
    section,
    isJsonObject(amounts)
      ? Object.fromEntries(Object.entries(amounts).map(([name, one]) => [name, amount(one)]))
      : amounts,
  ]);
  return Object.fromEntries(sections);
}

/** `1000m` is stored as `1`. */
function amount(value: Json): Json {
  if (typeof value === 'number') return String(value);
  const thousandths = /^(\d+)000m$/.exec(typeof value === 'string' ? value : '')?.[1];
  return thousandths ?? value;
}

/** What has a template of pods, with what the server fills in of its own `spec`. */
function workload(own: JsonObject): Omit<Kind, 'group' | 'kind' | 'plural' | 'immutable'> {
  return {
    ...plain,
    hasStatus: true,
    unmanaged: ['status'],
    hasGeneration: true,
    schema: objectSchema({ spec: struct({ selector: atomic, template: podTemplate }) }),
    complete: (object) => {
      const whole = completed(object, { spec: own, status: {} });
      const spec = completePod(objectAt(whole, 'spec', 'template', 'spec'));
      return set(whole, ['spec', 'template', 'spec'], spec);
    },
  };
}

const deployment: Kind = {
  ...workload({
    replicas: 1,
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
    },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  }),
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  immutable: fixed(['spec', 'selector']),
};

const job: Kind = {
  ...workload({
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  }),
  group: 'batch',
  kind: 'Job',
  plural: 'jobs',
  immutable: fixed(['spec', 'selector'], ['spec', 'template']),
};

const autoscaler: Kind = {
  ...plain,
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  hasStatus: true,
  unmanaged: ['status'],
  schema: objectSchema({ spec: struct({ metrics: atomic }) }),
  complete: (object) => completed(object, { spec: { minReplicas: 1 } }),
};

/** The version that objects of a definition are stored in. */
export function storedVersion(object: JsonObject): string {
  const versions = listAt(object, 'spec', 'versions');
  return textAt(
    versions.find((one) => at(one, 'storage') === true),
    'name',
  );
}

export const definition: Kind = {
  ...plain,
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  hasStatus: true,
  unmanaged: ['status'],
  hasGeneration: true,
  schema: objectSchema({
    spec: struct({ versions: atomic, names: struct({ shortNames: atomic }) }),
  }),
  complete: (object) => {
    const kind = textAt(object, 'spec', 'names', 'kind');
    return completed(object, {
      spec: {
        conversion: { strategy: 'None' },
        names: { listKind: `${kind}List`, singular: kind.toLowerCase() },
      },
      status: {
        conditions: null,
        acceptedNames: { plural: '', kind: '' },
        storedVersions: [storedVersion(object)],
      },
    });
  },
};

export const quota: Kind = {
  ...plain,
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  hasStatus: true,
  unmanaged: ['status'],
  schema: objectSchema({ spec: struct({ hard: strings }) }),
  complete: (object) => completed(object, { status: {} }),
};

const rules = {
  ...plain,
  group: 'rbac.authorization.k8s.io',
  schema: objectSchema({ rules: atomic }),
};

const bindings = {
  ...rules,
  schema: objectSchema({ subjects: atomic, roleRef: atomic }),
  immutable: fixed(['roleRef']),
};

export const role: Kind = { ...rules, kind: 'Role', plural: 'roles' };

export const clusterRole: Kind = {
  ...rules,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
};

export const roleBinding: Kind = { ...bindings, kind: 'RoleBinding', plural: 'rolebindings' };

export const clusterRoleBinding: Kind = {
  ...bindings,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
};

export const builtIn: readonly Kind[] = [
  namespace,
  secret,
  configMap,
  claim,
  deployment,
  job,
  autoscaler,
  definition,
  quota,
  role,
  clusterRole,
  roleBinding,
  clusterRoleBinding,
];

/** Fields of a custom resource that its definition says a default for. */
function defaultsIn(schema: JsonObject): JsonObject {
  const members = Object.entries(objectAt(schema, 'properties')).flatMap(
    ([name, member]): [string, Json][] => {
      const own = at(member, 'default');
      if (own !== undefined) return [[name, own]];
      return [];
    },
  );
  return Object.fromEntries(members);
}

/** The kind that a definition brings, in each version that it is served in; the one that is stored first. */
export function customKinds(object: JsonObject): readonly Kind[] {
  const served = listAt(object, 'spec', 'versions').filter((one) => at(one, 'served') === true);
  return served
    .toSorted((one, other) => Number(at(other, 'storage')) - Number(at(one, 'storage')))
    .map((version) => customKind(object, version));
}

function customKind(object: JsonObject, version: Json): Kind {
  const schema = objectAt(version, 'schema', 'openAPIV3Schema');
  const spec = objectAt(schema, 'properties', 'spec');
  return {
    ...plain,
    group: textAt(object, 'spec', 'group'),
    version: textAt(version, 'name'),
    kind: textAt(object, 'spec', 'names', 'kind'),
    plural: textAt(object, 'spec', 'names', 'plural'),
    namespaced: textAt(object, 'spec', 'scope') === 'Namespaced',
    hasStatus: at(version, 'subresources', 'status') !== undefined,
    unmanaged: at(version, 'subresources', 'status') === undefined ? [] : ['status'],
    hasGeneration: true,
    schema: objectSchema({ spec: any, status: any }),
    complete: (one) =>
      at(one, 'spec') === undefined
        ? one
        : { ...one, spec: completed(objectAt(one, 'spec'), defaultsIn(spec)) },
  };
}
