import type { Health } from '../../../model/status.ts';
import type { KubeObject } from '../client/object.ts';
import { parseApiVersion } from '../client/resource-type.ts';

/** Kinds whose controllers run pods, and pods themselves. */
const kinds: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set(['Pod', 'ReplicationController']),
  apps: new Set(['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet']),
  batch: new Set(['Job']),
};

/**
 * What has to be kept of an object to say later which of its pods keeps it from being healthy; `undefined` where it is
 * healthy, or runs no pods.
 */
export function workloadIn(object: KubeObject, health: Health): KubeObject | undefined {
  if (health.status !== 'Progressing' && health.status !== 'Degraded') return undefined;
  if (kinds[parseApiVersion(object.apiVersion).group]?.has(object.kind) !== true) return undefined;
  const { managedFields: _managers, ...metadata } = object.metadata;
  return { ...object, metadata };
}
