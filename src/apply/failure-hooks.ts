import type { Hasher } from '../model/digest.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { Plan } from '../model/plan.ts';
import type { Desired } from '../model/resource.ts';
import { placeOf } from '../plan/place.ts';
import type { Applied } from '../targets/target.ts';
import { carryOut } from './effect.ts';
import type { EffectContext } from './effect.ts';
import { entryFor, settle } from './inventory.ts';
import { tidyUp } from './tidy.ts';
import type { Ran } from './tidy.ts';

/** A release that failed, as far as what is run after it needs to know. */
interface AfterFailure {
  readonly context: EffectContext;
  readonly hash: Hasher;
  readonly plan: Plan;
  readonly desired: readonly Desired[];
  /** As the failed release has left it at the target. */
  readonly inventory: Inventory;
}

/**
 * Runs what a plan has for the case that its release fails, in its order: in the release that failed, before anything is
 * gone back to. What it shall look at or clean up is still there, and it belongs to the revision that is about to be left.
 * One that fails itself is in the journal, and the next one runs all the same; the release has failed already.
 *
 * @returns what the target's ledger holds then
 * @throws FairleadError when it cannot be recorded beforehand; nothing has run then.
 */
export async function runFailureHooks(input: AfterFailure): Promise<Inventory> {
  const { context, hash, plan, desired } = input;
  const { target, key } = context;
  const byPlace = new Map(desired.map((item) => [placeOf(item), item]));
  const hooks = (plan.onFailure ?? []).flatMap((change) => {
    const item = byPlace.get(placeOf(change));
    return item === undefined ? [] : [{ change, item }];
  });
  if (hooks.length === 0) return input.inventory;
  const entries = new Map(input.inventory.entries.map((entry) => [placeOf(entry), entry]));
  const announced: Inventory = {
    ...input.inventory,
    entries: [
      ...input.inventory.entries,
      ...hooks
        .filter(({ change }) => !entries.has(placeOf(change)))
        .map(({ item }): InventoryEntry => entryFor(hash, item, null)),
    ],
  };
  await target.ledger.save(key, announced, announced.epoch);
  const made = new Map<string, Applied>();
  const ran: Ran[] = [];
  for (const { change, item } of hooks) {
    const place = placeOf(change);
    const outcome = await carryOut(context, change, item, entries.get(place) ?? null);
    if (outcome.kind !== 'made') continue;
    made.set(place, outcome.applied);
    ran.push({ change, applied: outcome.applied });
  }
  await tidyUp(context, ran, new Set());
  const settled = settle(announced, { made, gone: new Set() }, desired, null, hash);
  await target.ledger.save(key, settled, announced.epoch);
  return settled;
}
