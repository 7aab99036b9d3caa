import type { Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { ApplyEffect, Effect } from '../../../src/targets/target.ts';
import type { ClusterPlace } from '../cluster/place.ts';
import type { HostPlace } from './host-place.ts';
import type { Place, Thing } from './place.ts';

/** Who sees what one controller does at the targets, in the instant in which it happens. */
export interface Witness {
  /** Before an inventory is written; `null`: removed. */
  onInventory(place: Place, key: InventoryKey, inventory: Inventory | null): void;
  /** People want to stay at this commit. */
  onHold(key: InventoryKey, commit: string | null): void;
  /** An effect is on its way. */
  onEffectBegins(place: Place, effect: Effect): void;
  /** It looks for the last time whether it may. */
  onFence(effect: Effect): void;
  /** A request that is to change something arrives: a thing, or a record. */
  onRequest(purpose: 'effect' | 'record'): void;
  /** A hook was made, changed or removed. */
  onHook(
    place: ClusterPlace,
    effect: Effect | ApplyEffect,
    before: JsonObject | null,
    after: JsonObject | null,
  ): void;
  /** A Command is run. @param isNeeded whether its check did not pass */
  onCommand(place: HostPlace, effect: ApplyEffect, at: string, isNeeded: boolean): void;
  /** A record cannot be read any more. One sentence. */
  onDamage(place: Place, message: string): void;
  /** Something was written for an effect under this name; `null`: the controller's own. */
  onActor(place: Place, effect: Effect | ApplyEffect, user: string | null, at: string): void;
  /** Something was written that was not to be. One sentence. */
  onBreach(place: Place, message: string): void;
  /** Right after something was made, changed or removed. */
  onEffect(
    place: Place,
    effect: Effect | ApplyEffect,
    before: Thing | null,
    after: Thing | null,
  ): void;
}
