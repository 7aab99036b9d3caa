import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Agent } from 'node:https';
import { inject } from 'vitest';
import type {} from '../kubernetes/setup.ts';
import { adminAgent } from '../../src/cluster/admin.ts';
import type { ClusterRecord } from '../../src/cluster/record.ts';

/** An object as the server gives it. Tests look at what they like. */
// oxlint-disable-next-line typescript/no-explicit-any
export type KubeObject = any;

interface KubeAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/**
 * The person beside Fairlead: the administrator of the suite's cluster, over plain HTTPS and with none of Fairlead's
 * code, so that what a test sees is what there is.
 */
export interface Kube {
  readonly record: ClusterRecord;
  readonly kubeconfig: string;
  /** What its connections are made with. */
  readonly agent: Agent;
  /** Whatever the server answers. */
  ask(method: string, path: string, body?: unknown, contentType?: string): Promise<KubeAnswer>;
  /** @throws Error with the server's words where it refuses */
  get(path: string): Promise<KubeObject>;
  post(path: string, body: unknown): Promise<KubeObject>;
  /** A JSON merge patch. */
  patch(path: string, body: unknown): Promise<KubeObject>;
  delete(path: string, body?: unknown): Promise<KubeObject>;
  /** `null` where there is none. */
  find(path: string): Promise<KubeObject>;
  /** A namespace of the test's own, and its path. */
  namespace(prefix?: string, labels?: Readonly<Record<string, string>>): Promise<string>;
}

let made = 0;

/** The cluster of the suite `kubernetes`. */
export function openKube(record: ClusterRecord = inject('cluster')): Kube {
  const agent = adminAgent(record);
  const ask: Kube['ask'] = (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      // Node would send the body of a DELETE without its length, and the server would not see it.
      const length = String(Buffer.byteLength(text));
      const headers = text === '' ? {} : { 'content-type': contentType, 'content-length': length };
      const url = new URL(path, record.url);
      const sent = request(url, { method, agent, headers }, (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (part: string) => (answer += part));
        response.on('error', reject).on('end', () => {
          const json = response.headers['content-type']?.includes('json') === true;
          resolve({ status: response.statusCode ?? 0, body: json ? JSON.parse(answer) : answer });
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  const good = async (...parts: Parameters<Kube['ask']>): Promise<KubeObject> => {
    const { status, body } = await ask(...parts);
    if (status < 300) return body;
    throw new Error(`${parts[0]} ${parts[1]}: ${status} ${body.message ?? body}`);
  };
  return {
    record,
    kubeconfig: record.kubeconfig,
    agent,
    ask,
    get: (path) => good('GET', path),
    post: (path, body) => good('POST', path, body),
    patch: (path, body) => good('PATCH', path, body, 'application/merge-patch+json'),
    delete: (path, body) => good('DELETE', path, body),
    find: async (path) => {
      const { status, body } = await ask('GET', path);
      if (status === 404) return null;
      if (status < 300) return body;
      throw new Error(`GET ${path}: ${status} ${body.message ?? body}`);
    },
    namespace: async (prefix = 'test', labels = {}) => {
      made += 1;
      const name = `${prefix}-${process.pid.toString(36)}-${Date.now().toString(36)}-${made}`;
      await good('POST', '/api/v1/namespaces', { metadata: { name, labels } });
      return name;
    },
  };
}

/** One line of the server's audit log, as far as tests read it. */
export interface AuditEntry {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly requestURI: string;
  /** When the server took it, RFC 3339. */
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number };
  /** Of deletes: the options that were sent, and what was answered. */
  readonly requestObject?: KubeObject;
  readonly responseObject?: KubeObject;
}

/** What the server wrote down so far; whoever made the cluster decides whether it does. */
export function auditEntries({ auditLog }: ClusterRecord): readonly AuditEntry[] {
  if (auditLog === null) throw new Error('this cluster was started without --audit');
  const lines = readFileSync(auditLog, 'utf8').split('\n');
  // The last one may be half written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditEntry);
}

/** A Deployment of small pods. */
export function deployment(
  name: string,
  replicas = 1,
  labels: Readonly<Record<string, string>> = {},
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: podTemplate(name, labels),
    },
  };
}

export function podTemplate(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): KubeObject {
  return {
    metadata: { labels: { app: name, ...labels } },
    spec: { containers: [{ name: 'main', image: 'registry.example/main:1' }] },
  };
}
