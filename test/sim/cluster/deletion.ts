import type { JsonObject } from '../../../src/model/json.ts';
import type { Kind } from './kind.ts';
import { listAt, numberAt, objectAt, set, textAt } from './value.ts';

/** Holds up the object until what it owns is gone, and until it was told that it has no owner any more. */
export const foreground = 'foregroundDeletion';
export const orphan = 'orphan';

/** Holds up a definition until its objects are gone. */
export const cleanup = 'customresourcecleanup.apiextensions.k8s.io';

export function isDeleting(object: JsonObject): boolean {
  return textAt(object, 'metadata', 'deletionTimestamp') !== '';
}

/** What a deletion makes of an object; gone at once where nothing holds it up (`isHeld`). */
export function asDeleted(
  kind: Kind,
  object: JsonObject,
  propagation: string,
  time: string,
): JsonObject {
  if (isDeleting(object)) return object;
  const added =
    propagation === 'Foreground' ? [foreground] : propagation === 'Orphan' ? [orphan] : [];
  const finalizers = [...listAt(object, 'metadata', 'finalizers'), ...added];
  const isDefinition = kind.kind === 'CustomResourceDefinition';
  const generation = isDefinition ? null : numberAt(object, 'metadata', 'generation');
  const metadata = {
    ...objectAt(object, 'metadata'),
    deletionTimestamp: time,
    ...(kind.kind === 'Namespace' || isDefinition ? {} : { deletionGracePeriodSeconds: 0 }),
    ...(generation === null ? {} : { generation: generation + 1 }),
    ...(finalizers.length === 0 ? {} : { finalizers }),
  };
  const next = { ...object, metadata };
  return kind.kind === 'Namespace' ? set(next, ['status', 'phase'], 'Terminating') : next;
}

/** Whether something still has to happen before it goes. */
export function isHeld(kind: Kind, object: JsonObject): boolean {
  const ofSpec = kind.kind === 'Namespace' ? listAt(object, 'spec', 'finalizers') : [];
  return listAt(object, 'metadata', 'finalizers').length > 0 || ofSpec.length > 0;
}
