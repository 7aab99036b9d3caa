import { dirname, isAbsolute, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Json } from '../../../model/json.ts';
import { kubeconfigInvalid } from './errors.ts';

/** Empty strings count as not set, as they do in Go. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value === '' ? undefined : (value ?? undefined)));
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const cluster = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
  'disable-compression': flag,
  extensions: z
    .array(z.object({ name: z.string(), extension: z.unknown() }))
    .nullish()
    .transform((value) => value ?? []),
});

const execConfig = z.object({
  apiVersion: text,
  command: z.string(),
  args: texts,
  env: z
    .array(z.object({ name: z.string(), value: z.string() }))
    .nullish()
    .transform((value) => value ?? []),
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
});

const user = z.object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-uid': text,
  'as-groups': texts,
  'as-user-extra': z
    .record(z.string(), z.array(z.string()))
    .nullish()
    .transform((value) => value ?? {}),
  'auth-provider': z.object({ name: z.string() }).nullish(),
  exec: execConfig.nullish().transform((value) => value ?? undefined),
});

const context = z.object({ cluster: text, user: text, namespace: text });

const named = <Value extends z.ZodType>(field: string, value: Value) =>
  z
    .array(z.object({ name: z.string(), [field]: value.nullish() }))
    .nullish()
    .transform((entries) => entries ?? []);

const file = z.object({
  'current-context': text,
  clusters: named('cluster', cluster),
  users: named('user', user),
  contexts: named('context', context),
});

/** A cluster of a kubeconfig; see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#Cluster. */
export type ClusterEntry = z.output<typeof cluster>;
type UserEntry = z.output<typeof user>;
type ContextEntry = z.output<typeof context>;
/**
 * The program that gives credentials, as the kubeconfig names it; see
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#ExecConfig.
 */
export type ExecConfig = z.output<typeof execConfig> & {
  /** Folder of the kubeconfig: where a relative command is. */
  readonly folder: string;
};

/** One kubeconfig, or several merged. Paths in it are absolute. */
export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, Omit<UserEntry, 'exec'> & { readonly exec?: ExecConfig }>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
}

/**
 * Reads the text of one file. Fields that are not known are ignored, as kubectl does. Relative paths are relative to
 * the file.
 *
 * @param path absolute; also for messages
 * @throws FairleadError `kubernetes.kubeconfig-invalid`; its message has no value of the file
 */
export function parseKubeconfig(path: string, content: string): Kubeconfig {
  const parsed = file.safeParse(readYaml(path, content) ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not valid'}`);
  }
  const { data } = parsed;
  const folder = dirname(path);
  return {
    currentContext: data['current-context'],
    clusters: entries(path, data.clusters, 'cluster', (from: ClusterEntry) =>
      absolute(from, folder, ['certificate-authority']),
    ),
    users: entries(path, data.users, 'user', ({ exec, ...from }: UserEntry) => ({
      ...absolute(from, folder, ['client-certificate', 'client-key', 'tokenFile']),
      ...(exec === undefined ? {} : { exec: { ...exec, folder } }),
    })),
    contexts: entries(path, data.contexts, 'context', (from: ContextEntry) => from),
  };
}

/**
 * Several files as one: the first to name a cluster, user or context has all of it, the first to name a current
 * context, too. See https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  const merged = <Value>(pick: (from: Kubeconfig) => ReadonlyMap<string, Value>) =>
    new Map(files.toReversed().flatMap((from) => [...pick(from)]));
  return {
    currentContext: files.find(({ currentContext }) => currentContext !== undefined)
      ?.currentContext,
    clusters: merged(({ clusters }) => clusters),
    users: merged(({ users }) => users),
    contexts: merged(({ contexts }) => contexts),
  };
}

function readYaml(path: string, content: string): Json {
  try {
    return parse(content, { prettyErrors: false, logLevel: 'error' }) as Json;
  } catch {
    // What the parser says may quote the file, and the file holds keys.
    throw invalid(path, 'it is not YAML');
  }
}

/** By name; the same name twice is refused, as kubectl does. */
function entries<From, To>(
  path: string,
  list: readonly Readonly<Record<string, unknown>>[],
  field: string,
  make: (from: From) => To,
): ReadonlyMap<string, To> {
  const byName = new Map<string, To>();
  for (const entry of list) {
    const [name, value] = [entry['name'] as string, entry[field]];
    if (byName.has(name)) throw invalid(path, `it has two ${field}s with the name "${name}"`);
    if (value !== undefined && value !== null) byName.set(name, make(value as From));
  }
  return byName;
}

function absolute<Entry extends object>(
  entry: Entry,
  folder: string,
  fields: readonly (keyof Entry)[],
): Entry {
  const changed = { ...entry };
  for (const field of fields) {
    const path = entry[field];
    if (typeof path === 'string' && !isAbsolute(path))
      changed[field] = resolve(folder, path) as Entry[keyof Entry];
  }
  return changed;
}

function invalid(path: string, what: string) {
  return kubeconfigInvalid({ message: `${path}: ${what}`, resource: path });
}
