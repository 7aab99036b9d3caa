import type { Json, JsonObject } from '../../../src/model/json.ts';

/** Namespaces that the applications are spread over. */
export const namespaces: readonly string[] = Array.from({ length: 10 }, (_, at) => `bench-${at}`);

/** The four objects of an application: what the peers were measured with. */
export const kinds = ['Deployment', 'ServiceAccount', 'Service', 'Ingress'] as const;

export type WorkloadKind = (typeof kinds)[number];

export const resources: Readonly<
  Record<WorkloadKind, { readonly api: string; readonly plural: string }>
> = {
  Deployment: { api: '/apis/apps/v1', plural: 'deployments' },
  ServiceAccount: { api: '/api/v1', plural: 'serviceaccounts' },
  Service: { api: '/api/v1', plural: 'services' },
  Ingress: { api: '/apis/networking.k8s.io/v1', plural: 'ingresses' },
};

export const firstImage = 'registry.example/app:1';

export interface Workload {
  readonly apps: number;
  /** Of each Deployment: 0, or 1 with `--pods`. */
  readonly replicas: number;
}

export function nameOf(application: number): string {
  return `app-${String(application).padStart(5, '0')}`;
}

export function namespaceOf(application: number): string {
  return namespaces[application % namespaces.length] ?? '';
}

export function pathOf(application: number, kind: WorkloadKind): string {
  const { api, plural } = resources[kind];
  return `${api}/namespaces/${namespaceOf(application)}/${plural}/${nameOf(application)}`;
}

/** One object as it stands in Git. `name` may be the expression of a template. */
export function objectOf(
  kind: WorkloadKind,
  name: string,
  replicas: number,
  image: string,
): JsonObject {
  const labels = { 'app.kubernetes.io/name': name };
  const metadata = { name, labels };
  const { api } = resources[kind];
  const apiVersion = api.replace(/^\/apis?\//, '');
  return { apiVersion, kind, metadata, ...bodyOf(kind, name, replicas, image, labels) };
}

function bodyOf(
  kind: WorkloadKind,
  name: string,
  replicas: number,
  image: string,
  labels: JsonObject,
): JsonObject {
  switch (kind) {
    case 'Deployment':
      return { spec: deploymentSpec(name, replicas, image, labels) };
    case 'ServiceAccount':
      return { automountServiceAccountToken: false };
    case 'Service':
      return { spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } };
    case 'Ingress':
      return {
        spec: { rules: [{ host: `${name}.example.com`, http: { paths: [backend(name)] } }] },
      };
  }
}

function deploymentSpec(
  name: string,
  replicas: number,
  image: string,
  labels: JsonObject,
): JsonObject {
  return {
    replicas,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: name,
        containers: [
          {
            name: 'main',
            image,
            ports: [{ name: 'http', containerPort: 8080 }],
            env: [{ name: 'APPLICATION', value: name }],
            resources: { requests: { cpu: '10m', memory: '16Mi' } },
          },
        ],
      },
    },
  };
}

function backend(name: string): JsonObject {
  return {
    path: '/',
    pathType: 'Prefix',
    backend: { service: { name, port: { name: 'http' } } },
  };
}

/** What a person may change by hand in an object: where, to what, and how to see what is there. */
interface Edit {
  readonly pointer: string;
  readonly value: Json;
  readonly read: (object: LiveObject) => unknown;
}

/** An object of the server; only ever looked into. */
// oxlint-disable-next-line typescript/no-explicit-any
export type LiveObject = any;

export const edits: Readonly<Record<WorkloadKind, Edit>> = {
  Deployment: {
    pointer: '/spec/template/spec/containers/0/image',
    value: 'registry.example/app:by-hand',
    read: (object) => object.spec.template.spec.containers[0].image,
  },
  ServiceAccount: {
    pointer: '/automountServiceAccountToken',
    value: true,
    read: (object) => object.automountServiceAccountToken,
  },
  Service: {
    pointer: '/spec/ports/0/targetPort',
    value: 9090,
    read: (object) => object.spec.ports[0].targetPort,
  },
  Ingress: {
    pointer: '/spec/rules/0/host',
    value: 'by-hand.example.com',
    read: (object) => object.spec.rules[0].host,
  },
};
