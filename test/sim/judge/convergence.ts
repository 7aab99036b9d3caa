import { inventoryKey } from '../../../src/model/inventory.ts';
import { sameJson } from '../../../src/model/json.ts';
import type { World } from '../run/world.ts';
import { keysOf, wishOf } from './truth.ts';

/** Every place must be as the newest commit says; one sentence for each that is not. */
export function differences(world: World): readonly string[] {
  const model = world.repository.tip?.model;
  if (model === undefined) return [];
  const found: string[] = [];
  for (const key of keysOf(model)) {
    const wish = wishOf(model, key, world.secrets);
    if (wish.kind !== 'things') continue;
    for (const target of wish.environment.targets) {
      for (const [at, spec] of wish.things) {
        const thing = world.places.get(target)?.thing(at) ?? null;
        if (thing !== null && sameJson({ ...thing.spec }, { ...spec })) continue;
        found.push(
          `${inventoryKey(key)}: ${at} at ${target} is ${thing?.spec.value ?? 'not there'}, not ${spec.value}`,
        );
      }
    }
  }
  return found;
}
