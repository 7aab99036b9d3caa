import { healthOf } from '../../../health/kubernetes/health-of.ts';
import type { TreeNode } from '../../../model/tree.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { parseApiVersion } from '../client/resource-type.ts';
import type { ResourceType } from '../client/resource-type.ts';

/** Kinds between what people write and the pods that run, by group; each is listed once for a whole tree. */
export const between: readonly (readonly [group: string, kind: string])[] = [
  ['apps', 'ReplicaSet'],
  ['apps', 'StatefulSet'],
  ['apps', 'Deployment'],
  ['batch', 'Job'],
  ['', 'Pod'],
  ['', 'PersistentVolumeClaim'],
  ['discovery.k8s.io', 'EndpointSlice'],
];

/** All objects of these kinds in a namespace by the UID of what owns them. */
export async function ownedIn(
  client: KubernetesClient,
  types: readonly ResourceType[],
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, readonly KubeObject[]>> {
  const owned = new Map<string, KubeObject[]>();
  const options = { namespace, ...(signal === undefined ? {} : { signal }) };
  const lists = await Promise.all(types.map((type) => client.list(type, options)));
  for (const { items } of lists) {
    for (const object of items) {
      for (const { uid } of object.metadata.ownerReferences ?? []) {
        const list = owned.get(uid) ?? [];
        list.push(object);
        owned.set(uid, list);
      }
    }
  }
  return owned;
}

/** An object and what it owns, down to its pods. */
export function treeOf(
  object: KubeObject,
  owned: ReadonlyMap<string, readonly KubeObject[]>,
  path: ReadonlySet<string> = new Set(),
): TreeNode {
  const { metadata, kind, apiVersion } = object;
  const { group } = parseApiVersion(apiVersion);
  const further = new Set([...path, metadata.uid]);
  const children = (owned.get(metadata.uid) ?? [])
    // Owners that own each other in a circle are possible, and shown once.
    .filter((child) => !further.has(child.metadata.uid))
    .map((child) => treeOf(child, owned, further))
    .toSorted((left, right) => (left.id.name < right.id.name ? -1 : 1));
  return {
    id: { group, kind, namespace: metadata.namespace ?? '', name: metadata.name },
    health: healthOf(object),
    children,
  };
}
