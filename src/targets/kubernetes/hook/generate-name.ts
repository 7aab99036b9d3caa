import { digestOf } from '../../../model/digest.ts';
import type { Hasher } from '../../../model/digest.ts';
import type { InventoryKey } from '../../../model/inventory.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { Manifest } from '../../../model/resource.ts';

/** Digits after the prefix: enough that no two applications of a namespace meet. */
const digits = 10;

/**
 * Completes the names of hooks that have `generateName`: always to the same, so that a run can be found again, is never
 * doubled, and gives way to the next one. Hooks with one prefix are told apart by their order.
 */
export function nameHooks(
  hash: Hasher,
  manifests: readonly Manifest[],
  { application, environment }: InventoryKey,
): readonly Manifest[] {
  const counts = new Map<string, number>();
  return manifests.map((manifest) => {
    const { apiVersion, kind, namespace, name: prefix, body } = manifest;
    const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
    if (metadata['name'] !== undefined) return manifest;
    const same = JSON.stringify([apiVersion, kind, namespace, prefix]);
    const nth = counts.get(same) ?? 0;
    counts.set(same, nth + 1);
    const digest = digestOf(hash, 'fairlead-hook-name-v1', { application, environment, same, nth });
    const name = `${prefix}${digest.slice('sha256:'.length, 'sha256:'.length + digits)}`;
    return { ...manifest, name, body: { ...body, metadata: { ...metadata, name } } };
  });
}
