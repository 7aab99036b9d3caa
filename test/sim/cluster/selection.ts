import type { JsonObject } from '../../../src/model/json.ts';
import { objectAt, textAt } from './value.ts';

/** Which objects of a kind a list or a watch is about. */
export interface Selection {
  readonly namespace: string | undefined;
  readonly labels: string;
  readonly fields: string;
}

/** Equality alone, which is all that is asked for. */
export function selects({ namespace, labels, fields }: Selection, object: JsonObject): boolean {
  if (namespace !== undefined && textAt(object, 'metadata', 'namespace') !== namespace)
    return false;
  const own = objectAt(object, 'metadata', 'labels');
  return (
    pairs(labels).every(([name, value]) => own[name] === value) &&
    pairs(fields).every(([name, value]) => textAt(object, ...name.split('.')) === value)
  );
}

function pairs(selector: string): readonly (readonly [string, string])[] {
  return selector
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', value = ''] = part.split(/==?/);
      return [name, value];
    });
}

/** The object as it was asked for: whole, or who it is alone. */
export function shown(object: JsonObject, accept: string): JsonObject {
  if (!accept.includes('as=PartialObjectMetadata')) return object;
  const metadata = objectAt(object, 'metadata');
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}
