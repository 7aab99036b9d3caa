import { healthOf } from '../../../health/kubernetes/health-of.ts';
import { toFairleadError } from '../../../model/error.ts';
import type { FairleadError } from '../../../model/error.ts';
import type { ResourceId } from '../../../model/resource.ts';
import type { Forest, TreeNode } from '../../../model/tree.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { parseApiVersion } from '../client/resource-type.ts';
import type { Discovery } from '../discovery/discovery.ts';

/** What looking for what an object owns takes. */
interface TreeTools {
  readonly client: KubernetesClient;
  readonly discovery: Pick<Discovery, 'find'>;
}

/** Kinds between what people write and the pods that run, by group; each is listed once for a whole tree. */
const between: readonly (readonly [group: string, kind: string])[] = [
  ['apps', 'ReplicaSet'],
  ['apps', 'StatefulSet'],
  ['apps', 'Deployment'],
  ['batch', 'Job'],
  ['', 'Pod'],
  ['', 'PersistentVolumeClaim'],
  ['discovery.k8s.io', 'EndpointSlice'],
];

/**
 * Each object with what it owns. A kind that may not be listed, or whose API does not answer, leaves a gap that is told, and
 * takes nothing else along.
 * @throws FairleadError where nothing could be seen at all
 */
export async function lookAtTrees(
  { client, discovery }: TreeTools,
  ids: readonly ResourceId[],
  signal?: AbortSignal,
): Promise<Forest> {
  const options = signal === undefined ? {} : { signal };
  const gaps: FairleadError[] = [];
  let isAnythingSeen = false;
  const attempt = async <T>(look: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      const seen = await look();
      isAnythingSeen = true;
      return seen;
    } catch (thrown) {
      signal?.throwIfAborted();
      gaps.push(toFairleadError(thrown));
      return otherwise;
    }
  };
  const none: readonly KubeObject[] = [];
  const namespaces = [...new Set(ids.map(({ namespace }) => namespace))].filter(Boolean);
  const lists = namespaces.flatMap((namespace) =>
    between.map(([group, kind]) =>
      attempt(async () => {
        const type = await discovery.find(group, kind);
        return type === null ? none : (await client.list(type, { namespace, ...options })).items;
      }, none),
    ),
  );
  const roots = ids.map((id) =>
    attempt(async () => {
      const type = await discovery.find(id.group, id.kind);
      return type === null ? null : client.get(type, id, options);
    }, null),
  );
  const owned = byOwner((await Promise.all(lists)).flat());
  const objects = await Promise.all(roots);
  const [first] = gaps;
  if (first !== undefined && !isAnythingSeen) throw first;
  return {
    nodes: objects.map((object) => (object === null ? null : treeOf(object, owned))),
    unseen: [...new Set(gaps.map(({ message }) => message))],
  };
}

/** Objects by the UID of what owns them. */
function byOwner(objects: readonly KubeObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  const owned = new Map<string, KubeObject[]>();
  for (const object of objects) {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const list = owned.get(uid) ?? [];
      list.push(object);
      owned.set(uid, list);
    }
  }
  return owned;
}

/** An object and what it owns, down to its pods. */
function treeOf(
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
