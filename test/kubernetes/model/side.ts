import { request } from 'node:https';
import type { JsonObject } from '../../../src/model/json.ts';
import type { User } from '../../sim/cluster/access.ts';
import { Cluster } from '../../sim/cluster/cluster.ts';
import { startControllers } from '../../sim/cluster/controllers/registry.ts';
import type { ApiRequest } from '../../sim/cluster/request.ts';
import { objectAt, textAt } from '../../sim/cluster/value.ts';
import type { Kube } from '../../support/cluster.ts';

/** An answer, from whichever of the two. */
export interface SideAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** One of two servers that are asked the same: a real one, and the simulator's. */
export interface Side {
  readonly namespace: string;
  ask(
    method: string,
    path: string,
    body?: JsonObject,
    contentType?: string,
    accept?: string,
    user?: User,
  ): Promise<SideAnswer>;
  /** What a watch tells within its first second, or until it has told of so many. */
  watch(path: string, accept?: string): Promise<readonly JsonObject[]>;
  /** From now on ConfigMaps of the namespace get a value in place of their `one`, and another beside it. Returns the end of it. */
  mutate(): Promise<() => Promise<void>>;
  /** Forgets the history of objects, where that does not happen by itself. */
  forget(): Promise<void>;
  /** Waits until an answer is as it should be; gives the last one. */
  until(path: string, isSo: (answer: SideAnswer) => boolean): Promise<SideAnswer>;
}

const json = 'application/json';

export async function realSide(kube: Kube): Promise<Side> {
  const namespace = await kube.namespace('model');
  const send = (
    method: string,
    path: string,
    body: JsonObject | undefined,
    contentType: string,
    accept: string,
    user?: User,
  ): Promise<{ readonly status: number; readonly text: string }> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const headers = {
        accept,
        'user-agent': 'kubectl',
        ...(user === undefined
          ? {}
          : { 'impersonate-user': user.name, 'impersonate-group': [...user.groups] }),
        ...(text === ''
          ? {}
          : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
      };
      const { agent } = kube;
      const sent = request(new URL(path, kube.record.url), { method, agent, headers }, (answer) => {
        let got = '';
        answer.setEncoding('utf8').on('data', (part: string) => (got += part));
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: got }));
      });
      sent.on('error', reject);
      sent.end(text);
    });
  const ask: Side['ask'] = async (method, path, body, contentType = json, accept = json, user) => {
    const { status, text } = await send(method, path, body, contentType, accept, user);
    return { status, body: text.startsWith('{') ? JSON.parse(text) : { text } };
  };
  return {
    namespace,
    ask,
    watch: async (path, accept = json) => {
      const { text } = await send('GET', `${path}&timeoutSeconds=1`, undefined, json, accept);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
    mutate: () => mutateAt(ask, namespace),
    // A kind that is new has no history from before.
    forget: async () => {},
    until: async (path, isSo) => {
      for (let left = 300; ; left -= 1) {
        const answer = await ask('GET', path);
        if (isSo(answer)) return answer;
        if (left === 0) throw new Error(`${path} stays ${JSON.stringify(answer.body)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

/** A policy of the server itself, which does what a webhook would. */
async function mutateAt(ask: Side['ask'], namespace: string): Promise<() => Promise<void>> {
  const root = '/apis/admissionregistration.k8s.io/v1';
  const policies = `${root}/mutatingadmissionpolicies`;
  const bindings = `${root}/mutatingadmissionpolicybindings`;
  const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
  const metadata = { name: namespace };
  const value = (path: string, text: string): string =>
    `JSONPatch{op: "add", path: "/data/${path}", value: "${text}"}`;
  const made = await ask('POST', policies, {
    metadata,
    spec: {
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        resourceRules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['configmaps'],
          },
        ],
      },
      matchConditions: [{ name: 'has-data', expression: 'has(object.data)' }],
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: `[${value('one', 'mutated')}, ${value('added', 'x')}]` },
        },
      ],
    },
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  const bound = await ask('POST', bindings, { metadata, spec: { policyName: namespace } });
  if (bound.status !== 201) throw new Error(JSON.stringify(bound.body));
  const isSo = async (mutates: boolean): Promise<void> => {
    for (let left = 600; left > 0; left -= 1) {
      const probe = { metadata: { name: 'probe' }, data: { one: '1' } };
      const { body } = await ask('POST', `${configMaps}?dryRun=All`, probe);
      if ((textAt(body, 'data', 'one') === 'mutated') === mutates) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the policy does not come into force');
  };
  await isSo(true);
  return async () => {
    await ask('DELETE', `${bindings}/${namespace}`);
    await ask('DELETE', `${policies}/${namespace}`);
    await isSo(false);
  };
}

/** A server of the simulator, whose controllers act whenever somebody waits. */
export async function modelSide(): Promise<Side & { readonly cluster: Cluster }> {
  let uids = 0;
  const due: (() => void)[] = [];
  const newUid = (): string => {
    uids += 1;
    return `00000000-0000-4000-8000-${String(uids).padStart(12, '0')}`;
  };
  const cluster = new Cluster({ nowMs: () => Date.now(), newUid });
  startControllers({ cluster, later: (_ms, act) => due.push(act) });
  const ask: Side['ask'] = async (method, path, body, contentType = json, accept = json, user) =>
    cluster.handle(requestOf(method, path, body ?? null, contentType, accept, user));
  const namespace = 'model-of-it';
  const metadata = { name: namespace };
  await ask('POST', '/api/v1/namespaces', { metadata });
  return {
    namespace,
    cluster,
    ask,
    watch: async (path, accept = json) => {
      const events: JsonObject[] = [];
      const watch = cluster.watch(requestOf('GET', path, null, json, accept), (event) =>
        events.push({ ...event }),
      );
      if ('end' in watch) watch.end();
      return events;
    },
    mutate: async () => {
      cluster.objects.mutations.push((kind, object) =>
        kind.kind === 'ConfigMap' && object['data'] !== undefined
          ? { ...object, data: { ...objectAt(object, 'data'), one: 'mutated', added: 'x' } }
          : object,
      );
      return async () => void cluster.objects.mutations.pop();
    },
    forget: async () => cluster.compact(),
    until: async (path, isSo) => {
      for (let left = 300; ; left -= 1) {
        const answer = await ask('GET', path);
        if (isSo(answer)) return answer;
        if (left === 0) throw new Error(`${path} stays ${JSON.stringify(answer.body)}`);
        for (const act of due.splice(0)) act();
      }
    },
  };
}

function requestOf(
  method: string,
  path: string,
  body: JsonObject | null,
  contentType: string,
  accept: string,
  user?: User,
): ApiRequest {
  const actor = { name: 'kubectl', machine: null, ...(user === undefined ? {} : { user }) };
  return { method, path, accept, contentType, body, actor };
}
