import type { Inventory, InventoryKey } from '../model/inventory.ts';
import type { Desired, Observation } from '../model/resource.ts';
import { placeOf } from '../plan/place.ts';
import type { ReadOptions, Reference, Target } from '../targets/target.ts';

/** Everything to look at for one application: each wanted place, and each place that the inventory knows. */
export function referencesFor(
  desired: readonly Desired[],
  inventory: Inventory | null,
): ReadonlyMap<string, Reference> {
  const references = new Map<string, Reference>();
  for (const entry of inventory?.entries ?? []) {
    references.set(placeOf(entry), {
      id: entry.id,
      locator: entry.locator,
      uid: entry.uid,
      desired: null,
      recorded: entry,
    });
  }
  for (const item of desired) {
    const place = placeOf(item);
    const known = references.get(place);
    references.set(place, {
      id: item.id,
      locator: item.locator,
      uid: known?.uid ?? null,
      desired: item,
      recorded: known?.recorded ?? null,
    });
  }
  return references;
}

/** Reads all places, one answer for each. @throws FairleadError when the target as a whole cannot be read. */
export async function observe(
  target: Target,
  key: InventoryKey,
  references: ReadonlyMap<string, Reference>,
  signal?: AbortSignal,
  options?: ReadOptions,
): Promise<ReadonlyMap<string, Observation>> {
  const places = [...references.keys()];
  if (places.length === 0) return new Map();
  const answers = await target.read(key, [...references.values()], signal, options);
  if (answers.length !== places.length) {
    // A short answer would make what is missing look absent.
    throw new Error(`${target.driver} target answered ${answers.length} of ${places.length} reads`);
  }
  return new Map(places.map((place, at) => [place, answers[at] as Observation]));
}
