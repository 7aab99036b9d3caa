import type { JsonObject } from '../../../model/json.ts';

/** What the API server gives and takes: `apiVersion`, `kind`, `metadata` and whatever the kind has beside them. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** The fields of `metadata` that Fairlead reads. */
type ObjectMeta = JsonObject & {
  readonly name: string;
  /** Absent for kinds without a namespace. */
  readonly namespace?: string;
  readonly uid: string;
  /** Opaque; changes with every write. */
  readonly resourceVersion: string;
  /** Grows with every change of the wish (`spec`); absent for kinds that have none. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  /** Set once it is being deleted and waits for its finalizers. */
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
};

type OwnerReference = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
};

/** Who manages which fields; see https://kubernetes.io/docs/reference/using-api/server-side-apply/. */
export type ManagedFields = JsonObject & {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** `status` and the like; absent for the object itself. */
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: JsonObject;
};

/** Where an object is. `namespace` is empty for kinds that have none. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether one state of a kind's objects is later than another. Versions are whole numbers that grow; where a server has
 * others the answer is yes, so that what comes last counts.
 * See https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions.
 */
export function isLater(version: string, than: string): boolean {
  if (!/^[1-9]\d*$/.test(version) || !/^[1-9]\d*$/.test(than)) return version !== than;
  return version.length === than.length ? version > than : version.length > than.length;
}
