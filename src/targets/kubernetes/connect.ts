import type { Hasher } from '../../model/digest.ts';
import type { Clock } from '../../system/clock.ts';
import type { Random } from '../../system/random.ts';
import type { KubernetesClient } from './client/client.ts';
import type { Discovery } from './discovery/discovery.ts';
import type { KubernetesSettings } from './settings.ts';
import type { Informers, InformersOptions } from './watch/informers.ts';

export interface ConnectOptions {
  /** Name of the Target, for messages. */
  readonly name: string;
  readonly settings: KubernetesSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly hash: Hasher;
  /** The controller's environment: `KUBECONFIG`, `HOME`, `HTTPS_PROXY`, `NO_PROXY`, `KUBERNETES_SERVICE_HOST`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string) => void;
}

/** One API server, connected: what the target is built on. */
export interface Cluster {
  readonly client: KubernetesClient;
  readonly discovery: Discovery;
  /** The cluster's immutable identity: UID of the namespace `kube-system`, which no cluster loses. */
  readonly uid: string;
  /** New informers of their own; closed with the cluster, too. */
  informers<Extra>(options: InformersOptions<Extra>): Informers<Extra>;
  close(): Promise<void>;
}
