import { arch, platform } from 'node:os';
import type { Hasher } from '../../model/digest.ts';
import type { FairleadError } from '../../model/error.ts';
import type { Clock } from '../../system/clock.ts';
import type { Random } from '../../system/random.ts';
import type { Reach } from '../../model/reach.ts';
import { version } from '../../version.ts';
import { resolveAccess } from './auth/access.ts';
import type { Credentials } from './auth/credentials.ts';
import { ApiClient } from './client/api-client.ts';
import { Caller } from './client/caller.ts';
import type { Identity, KubernetesClient } from './client/client.ts';
import { answerInvalid, unavailable } from './client/errors.ts';
import { isFailure } from './client/failure.ts';
import { Limiter } from './client/limiter.ts';
import { Pool } from './client/pool.ts';
import { Reachability } from './client/reach.ts';
import type { Transport } from './client/transport.ts';
import { createDiscovery } from './discovery/cached.ts';
import type { Discovery } from './discovery/discovery.ts';
import { openKubernetesLedger } from './ledger/kubernetes-ledger.ts';
import type { KubernetesLedger } from './ledger/ledger.ts';
import { namespaceType } from './names.ts';
import type { KubernetesSettings } from './settings.ts';
import { createInformers } from './watch/create-informers.ts';
import type { Informers, InformersOptions } from './watch/informers.ts';

/** Most of the time that it may take until the server has said who it is. One that is away holds up whoever asks. */
const firstAnswerMs = 15_000;

/** What a connection to a cluster stands on. */
export interface ConnectOptions {
  /** Name of the Target, for messages. */
  readonly name: string;
  readonly settings: KubernetesSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly hash: Hasher;
  /** The controller's environment: `KUBECONFIG`, `HOME`, `HTTPS_PROXY`, `NO_PROXY`, `KUBERNETES_SERVICE_HOST`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For the operator's log. */
  readonly warn: (message: string) => void;
  /** Folder of the service account; default: where a pod has it. */
  readonly serviceAccount?: string;
  /** Default: what the settings and the environment say, over the network. */
  readonly way?: Way;
  /** What one object holds of a record, in bytes. Default: as much as one takes. */
  readonly recordPartBytes?: number;
}

/** How one API server is reached, and as whom. */
export interface Way {
  readonly transport: Transport;
  readonly credentials: Credentials;
  /** Whether answers may come packed. */
  readonly compression: boolean;
  readonly url: URL;
  /** Where that is written: `context prod`, `the service account of the pod`. */
  readonly origin: string;
  /** Who the kubeconfig acts as instead of itself. */
  readonly impersonate: Identity | undefined;
}

/** One API server, connected: what the target is built on. */
export interface Cluster {
  readonly client: KubernetesClient;
  readonly discovery: Discovery;
  /** The cluster's immutable identity: UID of the namespace `kube-system`, which no cluster loses. */
  readonly uid: string;
  readonly ledger: KubernetesLedger;
  /** Whether it answers, as was seen last. */
  reach(): Reach;
  /** New informers of their own; closed with the cluster, too. */
  informers<Extra>(options: InformersOptions<Extra>): Informers<Extra>;
  close(): Promise<void>;
}

/**
 * Connects to the cluster of a Target.
 *
 * @throws FairleadError of `auth/errors.ts` for what is wrong with the kubeconfig, of `client/errors.ts` where the server
 *   cannot be reached or does not let us in
 */
export async function connectCluster(options: ConnectOptions): Promise<Cluster> {
  const { settings, clock, random, hash, warn } = options;
  const way = options.way ?? wayOf(options);
  const { transport, credentials, compression, url, impersonate } = way;
  const startedMs = clock.monotonicMs();
  const reachability = new Reachability(clock);
  const caller = new Caller({
    server: url.origin,
    transport,
    reachability,
    credentials,
    limiter: new Limiter(),
    clock,
    random,
    compression,
  });
  const client = new ApiClient({
    caller,
    clock,
    pathPrefix: url.pathname.replace(/\/$/, ''),
    identity: settings.impersonate ?? impersonate,
    requestTimeoutMs: settings.requestTimeoutMs,
    userAgent: `fairlead/${version} (${platform()}/${arch()})`,
    onKindGone: () => discovery.doubt(),
  });
  const discovery = createDiscovery(client, clock);
  const closers: (() => Promise<void>)[] = [];
  try {
    const timeoutMs = Math.min(settings.requestTimeoutMs, firstAnswerMs);
    const system = await client.get(
      namespaceType,
      { namespace: '', name: 'kube-system' },
      { timeoutMs },
    );
    if (system === null)
      throw answerInvalid({ message: `${url.origin} has no namespace kube-system` });
    const ledger = openKubernetesLedger({
      client,
      clock,
      random,
      hash,
      warn,
      namespace: settings.namespace,
      partBytes: options.recordPartBytes,
    });
    closers.push(() => ledger.close());
    return {
      client,
      discovery,
      uid: system.metadata.uid,
      reach: () => reachability.reach,
      ledger,
      informers: (given) => {
        const informers = createInformers({ ...given, client, clock, random });
        closers.push(() => informers.close());
        return informers;
      },
      close: async () => {
        await Promise.all(closers.map((close) => close()));
        transport.close();
      },
    };
  } catch (thrown) {
    transport.close();
    if (!isFailure(thrown, 'kubernetes.unavailable') && !isFailure(thrown, 'kubernetes.timed-out'))
      throw thrown;
    throw notReached(thrown, way, settings, clock.monotonicMs() - startedMs);
  }
}

/** Which cluster does not answer, as a person finds it in the kubeconfig, and how to look into it. */
function notReached(
  error: FairleadError,
  { url, origin }: Pick<Way, 'url' | 'origin'>,
  { kubeconfig }: Pick<KubernetesSettings, 'kubeconfig'>,
  tookMs: number,
): FairleadError {
  // What could not be dialled is named by its address already.
  const what = error.message.replace(`${url.origin}: `, '');
  const took = `${Math.round(tookMs / 1000)} s`;
  const [, context] = /^context (.*)$/.exec(origin) ?? [];
  const file = kubeconfig === undefined ? '' : `--kubeconfig ${kubeconfig} `;
  const probe =
    context === undefined ? '' : `: \`kubectl ${file}--context ${context} get --raw /readyz\``;
  return unavailable({
    message: `${url.origin} (${origin}) could not be reached, tried for ${took}: ${what}`,
    resource: url.origin,
    cause: error,
    hint: `Check the address, and that this machine gets there (network, VPN, proxy)${probe}; it is tried again by itself.`,
  });
}

/** As the settings and the environment say. */
function wayOf({ settings, clock, env, serviceAccount }: ConnectOptions): Way {
  const access = resolveAccess({
    kubeconfig: settings.kubeconfig,
    context: settings.context,
    inCluster: settings.inCluster,
    untrusted: settings.untrusted,
    pluginTimeoutMs: settings.pluginTimeoutMs,
    env,
    clock,
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  });
  const { credentials, compression, server, impersonate, origin } = access;
  return {
    transport: new Pool({ access, clock }),
    credentials,
    compression,
    url: server,
    origin,
    impersonate,
  };
}
