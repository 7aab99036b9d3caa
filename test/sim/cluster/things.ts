import type { JsonObject } from '../../../src/model/json.ts';
import type { RunModel, ThingKind } from '../git/model.ts';
import type { ThingSpec } from '../place/place.ts';
import { imageOf } from './controllers/deployments.ts';
import { listAt, numberAt, objectAt, set, textAt } from './value.ts';
import { images, valueOf } from './webhook.ts';

/** How the things of schedules look at a cluster: each as an object of some kind, and back. */

const valueAnnotation = 'sim.fairlead.dev/value';
const noteAnnotation = 'sim.fairlead.dev/note';

/** Pods of a Worker, until an autoscaler has another opinion. */
const usualReplicas = 2;

interface Shape {
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  body(spec: Pick<ThingSpec, 'value' | 'note' | 'secret'>, name: string): JsonObject;
  read(object: JsonObject): Pick<ThingSpec, 'value' | 'note' | 'secret'>;
}

const annotated = ({ value, note }: Pick<ThingSpec, 'value' | 'note'>): JsonObject => ({
  metadata: {
    annotations: { [valueAnnotation]: value, ...(note === null ? {} : { [noteAnnotation]: note }) },
  },
});

const readAnnotated: Shape['read'] = (object) => ({
  value: textAt(object, 'metadata', 'annotations', valueAnnotation),
  note: textAt(object, 'metadata', 'annotations', noteAnnotation) || null,
  secret: null,
});

const inSpec = (kind: string): Shape => ({
  kind,
  apiVersion: 'sim.fairlead.dev/v1',
  namespaced: true,
  body: ({ value, note }) => ({ spec: { value, ...(note === null ? {} : { note }) } }),
  read: (object) => ({
    value: textAt(object, 'spec', 'value'),
    note: textAt(object, 'spec', 'note') || null,
    secret: null,
  }),
});

/** The definition of a kind of `sim.fairlead.dev`. @param served versions, the one that is stored first */
export function definitionOf(
  kind: string,
  served: readonly string[] = kind === 'Widget' ? ['v1', 'v2'] : ['v1'],
): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  const properties = {
    value: { type: 'string' },
    note: { type: 'string' },
    level: { type: 'integer', default: 3 },
  };
  const schema = { properties: { spec: { type: 'object', properties } }, type: 'object' };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.sim.fairlead.dev` },
    spec: {
      group: 'sim.fairlead.dev',
      scope: 'Namespaced',
      names: { kind, plural },
      versions: served.map((name, at) => ({
        name,
        served: true,
        storage: at === 0,
        schema: { openAPIV3Schema: schema },
      })),
    },
  };
}

const shapes: Readonly<Record<ThingKind | 'Sealed', Shape>> = {
  Thing: {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    namespaced: true,
    body: ({ value, note }) => ({ data: { value, ...(note === null ? {} : { note }) } }),
    read: (object) => ({
      value: textAt(object, 'data', 'value'),
      note: textAt(object, 'data', 'note') || null,
      secret: null,
    }),
  },
  Sealed: {
    kind: 'Secret',
    apiVersion: 'v1',
    namespaced: true,
    body: (spec) => ({ ...annotated(spec), stringData: { token: spec.secret ?? '' } }),
    read: (object) => ({
      ...readAnnotated(object),
      secret: Buffer.from(textAt(object, 'data', 'token'), 'base64').toString(),
    }),
  },
  Worker: {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    namespaced: true,
    body: ({ value, note }, name) => ({
      spec: {
        replicas: usualReplicas,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            containers: [
              {
                name: 'main',
                image: `${images}${value}`,
                // Stored as `1`.
                resources: { limits: { cpu: '1000m' } },
                ...(note === null ? {} : { env: [{ name: 'NOTE', value: note }] }),
              },
            ],
          },
        },
      },
    }),
    read: (object) => {
      const [container] = listAt(object, 'spec', 'template', 'spec', 'containers');
      const note = listAt(container, 'env').find((one) => textAt(one, 'name') === 'NOTE');
      const replicas = numberAt(object, 'spec', 'replicas');
      const value = valueOf(imageOf(object));
      return {
        value: replicas === usualReplicas ? value : `${value}*${replicas}`,
        note: note === undefined ? null : textAt(note, 'value'),
        secret: null,
      };
    },
  },
  Volume: {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    namespaced: true,
    body: (spec) => ({
      ...annotated(spec),
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
    read: readAnnotated,
  },
  Task: inSpec('Widget'),
  Definition: {
    kind: 'CustomResourceDefinition',
    apiVersion: 'apiextensions.k8s.io/v1',
    namespaced: false,
    body: (spec) => ({ ...annotated(spec), spec: definitionOf('Gadget')['spec'] ?? {} }),
    read: readAnnotated,
  },
  Gadget: inSpec('Gadget'),
};

function shapeOf(kind: ThingKind, isSecret: boolean): Shape {
  return shapes[kind === 'Thing' && isSecret ? 'Sealed' : kind];
}

/** Where a thing is at a cluster: `Deployment/dev-web/a`. */
export function whereAt(
  kind: ThingKind,
  isSecret: boolean,
  namespace: string,
  name: string,
): string {
  const shape = shapeOf(kind, isSecret);
  if (kind === 'Definition') return `${shape.kind}//gadgets.sim.fairlead.dev`;
  return `${shape.kind}/${shape.namespaced ? namespace : ''}/${name}`;
}

/** The manifest of a thing at a place of `whereAt`. @param version of its kind; default: the usual one */
export function manifestOf(where: string, spec: ThingSpec, version?: string): JsonObject {
  const { namespace, name } = parseWhere(where);
  const shape = shapeOf(spec.kind as ThingKind, spec.secret !== null);
  const body = shape.body(spec, name);
  const metadata = {
    ...objectAt(body, 'metadata'),
    name,
    ...(shape.namespaced ? { namespace } : {}),
  };
  const apiVersion =
    version === undefined ? shape.apiVersion : shape.apiVersion.replace(/[^/]+$/, version);
  return { apiVersion, kind: shape.kind, ...body, metadata };
}

/** The Job that a hook is, as its source has it. */
export function hookManifest(
  where: string,
  { phase, deletion, value }: Pick<RunModel, 'phase' | 'deletion' | 'value'>,
): JsonObject {
  const { namespace, name } = parseWhere(where);
  const annotations = {
    'argocd.argoproj.io/hook': phase,
    'argocd.argoproj.io/hook-delete-policy': deletion,
  };
  const containers = [{ name: 'main', image: `${images}${value}` }];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, annotations },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: { app: name } },
        spec: { restartPolicy: 'Never', containers },
      },
    },
  };
}

interface Where {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function parseWhere(where: string): Where {
  const [kind = '', namespace = '', name = ''] = where.split('/');
  return { kind, namespace, name };
}

/** What an object is as a thing; `null`: it is none. */
export function specOf(object: JsonObject): ThingSpec | null {
  const kind = textAt(object, 'kind');
  const found = (Object.keys(shapes) as (keyof typeof shapes)[]).find(
    (name) => shapes[name].kind === kind,
  );
  if (found === undefined || isHook(object)) return null;
  const { value, note, secret } = shapes[found].read(object);
  return { kind: found === 'Sealed' ? 'Thing' : found, value, note, secret };
}

export function isHook(object: JsonObject): boolean {
  return textAt(object, 'metadata', 'annotations', 'argocd.argoproj.io/hook') !== '';
}

/** A live object as somebody leaves it who edits it to be this. */
export function edited(live: JsonObject, spec: ThingSpec): JsonObject {
  const name = textAt(live, 'metadata', 'name');
  const { metadata, ...body } = shapeOf(spec.kind as ThingKind, spec.secret !== null).body(
    spec,
    name,
  );
  if (textAt(live, 'kind') === 'Deployment') {
    const [container] = listAt(live, 'spec', 'template', 'spec', 'containers');
    const [wanted] = listAt(body, 'spec', 'template', 'spec', 'containers');
    const changed = { ...objectAt(container), image: textAt(wanted, 'image') };
    return set(live, ['spec', 'template', 'spec', 'containers'], [changed]);
  }
  const annotations = {
    ...objectAt(live, 'metadata', 'annotations'),
    ...objectAt(metadata, 'annotations'),
  };
  const noted =
    Object.keys(annotations).length === 0
      ? live
      : set(live, ['metadata', 'annotations'], annotations);
  const isCustom = textAt(live, 'apiVersion').startsWith('sim.');
  return {
    ...noted,
    ...(body['data'] === undefined ? {} : { data: body['data'] }),
    ...(isCustom ? { spec: body['spec'] ?? {} } : {}),
  };
}
