import { join } from 'node:path';
import type { FairleadError } from '../../../model/error.ts';
import type { Json } from '../../../model/json.ts';
import type { Clock } from '../../../system/clock.ts';
import type { Identity } from '../client/client.ts';
import type { Credentials } from './credentials.ts';
import { kubeconfigInvalid, kubeconfigMissing } from './errors.ts';
import { createExecCredentials } from './exec-credentials.ts';
import { contentOf, createFileCredentials } from './file-credentials.ts';
import type { Content } from './file-credentials.ts';
import type { ClusterEntry, Kubeconfig } from './kubeconfig.ts';
import { loadKubeconfig } from './load-kubeconfig.ts';
import { proxyFor } from './proxy.ts';
import type { Proxy } from './proxy.ts';
import { refuseUntrusted } from './untrusted.ts';

/** Where a pod finds its service account. */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** How to reach an API server and as whom. */
export interface Access {
  /** Origin, and a path before all others where the server stands behind one; never ends with a slash. */
  readonly server: URL;
  readonly tls: {
    /** Certificates of the authorities to trust, read anew for each connection; `undefined`: the system's. */
    readonly authorities: Content | undefined;
    /** What its certificate is for; default the host of `server`. */
    readonly serverName: string | undefined;
    readonly insecure: boolean;
  };
  readonly proxy: Proxy | null;
  /** Whether answers may be compressed. */
  readonly compression: boolean;
  readonly credentials: Credentials;
  readonly impersonate: Identity | undefined;
  /** What it came from: `context prod`, `the service account`. */
  readonly origin: string;
}

/** Where a cluster and a user are looked for: what the Target says, and the surroundings of the controller. */
export interface AccessOptions {
  /** Path of a kubeconfig. Default: `KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfig: string | undefined;
  /** Default: the `current-context` of the kubeconfig. */
  readonly context: string | undefined;
  /** `undefined`: only when there is no kubeconfig. */
  readonly inCluster: boolean | undefined;
  /** See `refuseUntrusted`. */
  readonly untrusted: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** How long a program that gives credentials may take. Default: see `createExecCredentials`. */
  readonly pluginTimeoutMs?: number | undefined;
  /** Default: where a pod has it. */
  readonly serviceAccount?: string;
}

/**
 * Finds cluster and user as kubectl does, and falls back to the service account of the pod.
 *
 * @throws FairleadError `kubernetes.kubeconfig-missing`, `kubernetes.kubeconfig-invalid`, `kubernetes.kubeconfig-refused`,
 *   `kubernetes.credentials-unreadable`, `kubernetes.proxy-invalid`
 */
export function resolveAccess(options: AccessOptions): Access {
  if (options.inCluster === true) return serviceAccountAccess(options);
  const kubeconfig = loadKubeconfig(options);
  if (kubeconfig !== null && kubeconfig.clusters.size > 0)
    return contextAccess(kubeconfig, options);
  if (options.inCluster !== false && options.context === undefined && isInCluster(options))
    return serviceAccountAccess(options);
  throw kubeconfigMissing({
    message: 'neither KUBECONFIG nor ~/.kube/config names a cluster, and this is no pod',
  });
}

function contextAccess(kubeconfig: Kubeconfig, options: AccessOptions): Access {
  const { clock, env } = options;
  const name = options.context ?? kubeconfig.currentContext;
  if (name === undefined)
    throw invalid('it has no current-context, and the Target names no context', 'kubeconfig');
  const origin = `context ${name}`;
  const context = kubeconfig.contexts.get(name);
  if (context === undefined) {
    const known = [...kubeconfig.contexts.keys()];
    throw invalid(`there is no context "${name}"; it has ${known.join(', ') || 'none'}`, origin);
  }
  const cluster = kubeconfig.clusters.get(context.cluster ?? '');
  if (cluster === undefined)
    throw invalid(`there is no cluster "${context.cluster ?? ''}"`, origin);
  const user = context.user === undefined ? undefined : kubeconfig.users.get(context.user);
  if (context.user !== undefined && user === undefined)
    throw invalid(`there is no user "${context.user}"`, origin);
  if (options.untrusted) refuseUntrusted(cluster, user, origin);

  const server = serverOf(cluster, origin);
  const authorities = content(
    cluster['certificate-authority-data'],
    cluster['certificate-authority'],
  );
  const insecure = cluster['insecure-skip-tls-verify'];
  if (insecure && authorities !== undefined)
    throw invalid('insecure-skip-tls-verify and certificate-authority exclude each other', origin);
  // Fails at once, not at the first connection.
  if (authorities !== undefined) contentOf(authorities);
  return {
    server,
    tls: { authorities, serverName: cluster['tls-server-name'], insecure },
    proxy: proxyFor(server, cluster['proxy-url'], env),
    compression: !cluster['disable-compression'],
    credentials: credentialsOf(server, cluster, user, { origin, clock, env }),
    impersonate: identityOf(user, origin),
    origin,
  };
}

type User = ReturnType<Kubeconfig['users']['get']>;

/** Over a connection that is not encrypted nothing is shown to anybody, as kubectl does it. */
function credentialsOf(
  server: URL,
  cluster: ClusterEntry,
  user: User,
  {
    origin,
    clock,
    env,
    pluginTimeoutMs: timeoutMs,
  }: { readonly origin: string } & Pick<AccessOptions, 'clock' | 'env' | 'pluginTimeoutMs'>,
): Credentials {
  if (user === undefined || server.protocol !== 'https:') return createFileCredentials({ clock });
  if (user['auth-provider'] !== undefined && user['auth-provider'] !== null)
    throw invalid(
      `auth-provider "${user['auth-provider'].name}" is no longer supported by Kubernetes; use an exec plug-in`,
      origin,
    );
  const cert = content(user['client-certificate-data'], user['client-certificate']);
  const key = content(user['client-key-data'], user['client-key']);
  if ((cert === undefined) !== (key === undefined))
    throw invalid('a client certificate needs its key, and a key its certificate', origin);
  const { username, password, token, tokenFile, exec } = user;
  if (token !== undefined && username !== undefined)
    throw invalid('it has a token and a password; one of them must go', origin);
  const basic =
    username === undefined && password === undefined
      ? undefined
      : { username: username ?? '', password: password ?? '' };
  const hasOwn =
    token !== undefined || tokenFile !== undefined || basic !== undefined || cert !== undefined;
  if (exec !== undefined && !hasOwn)
    return createExecCredentials({
      config: exec,
      cluster: pluginInfo(cluster),
      env,
      timeoutMs,
      clock,
    });
  return createFileCredentials({
    clock,
    token:
      tokenFile !== undefined
        ? { kind: 'file', path: tokenFile }
        : token === undefined
          ? undefined
          : { kind: 'text', text: token },
    firstToken: token,
    basic,
    certificate: cert === undefined || key === undefined ? undefined : { cert, key },
  });
}

function pluginInfo(cluster: ClusterEntry) {
  const authorities = content(
    cluster['certificate-authority-data'],
    cluster['certificate-authority'],
  );
  const config = cluster.extensions.find(
    ({ name }) => name === 'client.authentication.k8s.io/exec',
  )?.extension;
  return {
    server: cluster.server ?? '',
    ...(cluster['tls-server-name'] === undefined
      ? {}
      : { 'tls-server-name': cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] ? { 'insecure-skip-tls-verify': true } : {}),
    ...(authorities === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(contentOf(authorities)).toString('base64') }),
    ...(cluster['proxy-url'] === undefined ? {} : { 'proxy-url': cluster['proxy-url'] }),
    ...(config === undefined ? {} : { config: config as Json }),
  };
}

function identityOf(user: User, origin: string): Identity | undefined {
  if (user === undefined) return undefined;
  const { as, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = user;
  if (as === undefined) {
    if (uid !== undefined || groups.length > 0 || Object.keys(extra).length > 0)
      throw invalid('as-uid, as-groups and as-user-extra need a user in `as`', origin);
    return undefined;
  }
  return { user: as, groups, extra, ...(uid === undefined ? {} : { uid }) };
}

function serverOf(cluster: ClusterEntry, origin: string): URL {
  const text = cluster.server ?? '';
  const isEncrypted =
    cluster['insecure-skip-tls-verify'] ||
    cluster['certificate-authority'] !== undefined ||
    cluster['certificate-authority-data'] !== undefined;
  const url = URL.parse(text.includes('://') ? text : `http${isEncrypted ? 's' : ''}://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || text === '')
    throw invalid('the server of the cluster is no http(s) address', origin);
  url.search = '';
  url.hash = '';
  url.username = '';
  url.password = '';
  return url;
}

/** Data counts before a file, as kubectl does. */
function content(data: string | undefined, path: string | undefined): Content | undefined {
  if (data !== undefined)
    return { kind: 'text', text: Buffer.from(data, 'base64').toString('utf8') };
  return path === undefined ? undefined : { kind: 'file', path };
}

function isInCluster({ env }: AccessOptions): boolean {
  return (
    (env['KUBERNETES_SERVICE_HOST'] ?? '') !== '' && (env['KUBERNETES_SERVICE_PORT'] ?? '') !== ''
  );
}

/** See https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/. */
function serviceAccountAccess(options: AccessOptions): Access {
  const { env, clock, serviceAccount = serviceAccountFolder } = options;
  if (!isInCluster(options))
    throw kubeconfigMissing({
      message: 'this is no pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set',
    });
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const server = new URL(
    `https://${host.includes(':') ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT']}`,
  );
  const authorities: Content = { kind: 'file', path: join(serviceAccount, 'ca.crt') };
  const token: Content = { kind: 'file', path: join(serviceAccount, 'token') };
  contentOf(authorities);
  contentOf(token);
  return {
    server,
    tls: { authorities, serverName: undefined, insecure: false },
    proxy: proxyFor(server, undefined, env),
    compression: true,
    credentials: createFileCredentials({ clock, token }),
    impersonate: undefined,
    origin: 'the service account of the pod',
  };
}

function invalid(what: string, origin: string): FairleadError {
  return kubeconfigInvalid({ message: `${origin}: ${what}`, resource: origin });
}
