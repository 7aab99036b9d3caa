import type { Hasher } from '../../../model/digest.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import type { JsonObject } from '../../../model/json.ts';
import { canonicalJson, isJsonObject } from '../../../model/json.ts';
import type { KubeObject } from '../client/object.ts';
import type { RecordKind } from './record.ts';

/**
 * Types of the Secrets. The type of a Secret never changes and can be selected by, so that no edit takes a record out of
 * our sight. They are Secrets, not ConfigMaps, because who may look at a cluster does not get to see Secrets by that:
 * the fields of everything that is deployed stand in inventories.
 */
export const recordType = 'fairlead.dev/record';
export const partType = 'fairlead.dev/record-part';

/** On parts: the name of the record that they belong to. */
export const recordLabel = 'fairlead.dev/record';

const applicationAnnotation = 'fairlead.dev/application';
const environmentAnnotation = 'fairlead.dev/environment';

/** `fairlead-inventory-shop-dev-1f0c…`: readable, and its own for every key, however it is written. */
export function recordName(hash: Hasher, kind: RecordKind, key: InventoryKey): string {
  const { application, environment } = key;
  const words = `${application}-${environment}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  const digits = hash(canonicalJson({ application, environment })).slice(0, 16);
  return ['fairlead', kind, words, digits].filter((part) => part !== '').join('-');
}

interface RecordContent {
  readonly name: string;
  readonly namespace: string;
  readonly key: InventoryKey;
  readonly kind: RecordKind;
  readonly head: string;
  /** `null`: it lies in parts. */
  readonly body: Buffer | null;
  /** Makes the write a compare-and-swap. */
  readonly resourceVersion?: string;
}

/** The Secret that a record lies in: its head, and its body where it is small enough. */
export function recordObject(content: RecordContent): JsonObject {
  const { name, namespace, key, kind, head, body, resourceVersion } = content;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      labels: { 'app.kubernetes.io/managed-by': 'fairlead', 'fairlead.dev/kind': kind },
      // For people, and for what is said of a record that cannot be read; nothing is decided by them.
      annotations: {
        [applicationAnnotation]: key.application,
        [environmentAnnotation]: key.environment,
      },
    },
    type: recordType,
    data: {
      head: Buffer.from(head).toString('base64'),
      ...(body === null ? {} : { body: body.toString('base64') }),
    },
  };
}

/** The Secret that one piece of a large body lies in. Never changed: a new body has new parts. */
export function partObject(
  name: string,
  namespace: string,
  record: string,
  piece: Buffer,
): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'fairlead', [recordLabel]: record },
    },
    type: partType,
    immutable: true,
    data: { body: piece.toString('base64') },
  };
}

/** What a Secret holds under a name; `null`: nothing. */
export function dataOf(object: KubeObject, name: string): Buffer | null {
  const data = object['data'];
  const value = isJsonObject(data) ? data[name] : undefined;
  return typeof value === 'string' ? Buffer.from(value, 'base64') : null;
}

/** The key as the annotations have it; `null`: they are not there. */
export function annotatedKey({ metadata }: KubeObject): InventoryKey | null {
  const application = metadata.annotations?.[applicationAnnotation];
  const environment = metadata.annotations?.[environmentAnnotation];
  return application === undefined || environment === undefined
    ? null
    : { application, environment };
}

/** What a Secret with this name records; `null`: no record of ours. */
export function kindOf(name: string): RecordKind | null {
  if (name.startsWith('fairlead-inventory-')) return 'inventory';
  return name.startsWith('fairlead-hold-') ? 'hold' : null;
}
