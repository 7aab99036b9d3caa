import { healthOf } from '../../../health/kubernetes/health-of.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { podsOf } from '../look/pods-of.ts';
import { branch, text } from '../object/reading.ts';

/** One list of pods and one of warnings; each has this long. */
const askMs = 5_000;

/** Pods that are kept; a sentence names one. */
const maxPods = 10;

const eventType: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  verbs: ['list'],
  subresources: [],
};

/**
 * The pods of a workload that are not well, newest first, and warnings where the status of the worst says too little:
 * what `healthOf` takes as `owned`. At most two requests, but for lists of more than one page.
 * @throws FairleadError where pods cannot be listed
 */
export async function suspectsOf(
  client: KubernetesClient,
  workload: KubeObject,
  signal: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  const options = { timeoutMs: askMs, ...(signal === undefined ? {} : { signal }) };
  const pods = await podsOf(client, workload, options);
  const own = pods.filter((pod) => isRunBy(pod, workload));
  const unwell = newestRollout(own, workload)
    .filter((pod) => !isWell(pod))
    .slice(0, maxPods);
  const about = silentIn(unwell) ?? (own.length === 0 ? workload : null);
  if (about === null) return unwell;
  const { namespace = '', uid } = about.metadata;
  const fieldSelector = `involvedObject.uid=${uid},type=Warning`;
  // Whoever may not see events sees the rest all the same.
  const events = await client
    .list(eventType, { namespace, fieldSelector, ...options })
    .catch(() => ({ items: [] }));
  return [...unwell, ...events.items];
}

/** Selectors may overlap by mistake; another workload's pod is no reason of ours. */
function isRunBy(pod: KubeObject, { kind, metadata: { name, uid } }: KubeObject): boolean {
  if (pod.metadata.uid === uid) return true;
  const owner = (pod.metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
  if (owner === undefined) return false;
  if (kind !== 'Deployment') return owner.uid === uid;
  return owner.kind === 'ReplicaSet' && owner.name.startsWith(`${name}-`);
}

/** Of a Deployment those of its newest version, where there are any: older ones are about to go. */
function newestRollout(pods: readonly KubeObject[], { kind }: KubeObject): readonly KubeObject[] {
  const [newest] = pods;
  if (kind !== 'Deployment' || newest === undefined) return pods;
  const version = versionOf(newest);
  return pods.filter((pod) => versionOf(pod) === version);
}

function versionOf({ metadata }: KubeObject): string {
  return metadata.labels?.['pod-template-hash'] ?? '';
}

function isWell(pod: KubeObject): boolean {
  const { status } = healthOf(pod);
  return status === 'Healthy' || pod.metadata.deletionTimestamp !== undefined;
}

/** The first pod, where it has a place and does not start, and does not say why: what mounts volumes tells in events alone. */
function silentIn(pods: readonly KubeObject[]): KubeObject | null {
  if (pods.some((pod) => healthOf(pod).status === 'Degraded')) return null;
  const silent = pods.find((pod) => {
    const status = branch(pod['status']);
    return text(status['phase']) === 'Pending' && healthOf(pod).message === 'is starting';
  });
  return silent ?? null;
}
