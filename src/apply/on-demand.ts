import type { Hasher } from '../model/digest.ts';
import type { FairleadError } from '../model/error.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { Change } from '../model/plan.ts';
import type { Desired } from '../model/resource.ts';
import { placeOf } from '../plan/place.ts';
import type { Applied } from '../targets/target.ts';
import { carryOut } from './effect.ts';
import type { EffectContext } from './effect.ts';
import { fenceOf } from './fence.ts';
import { entryFor, settle } from './inventory.ts';
import { tidyUp } from './tidy.ts';
import type { Ran } from './tidy.ts';

/** What a person has asked to be run outside of a release. */
export interface OnDemand {
  readonly context: Omit<EffectContext, 'fence'>;
  readonly hash: Hasher;
  /** In the order in which they run. */
  readonly runs: readonly { readonly change: Change; readonly item: Desired }[];
  /** As it is stored. */
  readonly inventory: Inventory;
  /** What this is known by to other writers. */
  readonly release: string;
  /** Told of each that has ended, while all of it is still there. */
  readonly onEnded: (change: Change, error: FairleadError | null) => Promise<void>;
}

/**
 * Runs something beside releases, one after the other, until one fails. What it makes is announced in the inventory as
 * everything is, so that it goes with the application. What the last release made, and what was good, is as before.
 *
 * @returns what the target's ledger holds then
 * @throws FairleadError when it cannot be recorded beforehand; nothing has run then.
 */
export async function runOnDemand(input: OnDemand): Promise<Inventory> {
  const { hash, runs, inventory, release } = input;
  const { target, key } = input.context;
  const entries = new Map(inventory.entries.map((entry) => [placeOf(entry), entry]));
  const announced: Inventory = {
    ...inventory,
    epoch: inventory.epoch + 1,
    release,
    entries: [
      ...inventory.entries,
      ...runs
        .filter(({ change }) => !entries.has(placeOf(change)))
        .map(({ item }): InventoryEntry => entryFor(hash, item, null)),
    ],
  };
  await target.ledger.save(key, announced, inventory.epoch);
  const context = { ...input.context, fence: fenceOf(target, key, announced) };
  const made = new Map<string, Applied>();
  const ran: Ran[] = [];
  for (const { change, item } of runs) {
    const outcome = await carryOut(context, change, item, entries.get(placeOf(change)) ?? null);
    await input.onEnded(change, outcome.kind === 'failed' ? outcome.error : null);
    if (outcome.kind !== 'made') break;
    made.set(placeOf(change), outcome.applied);
    ran.push({ change, applied: outcome.applied });
  }
  await tidyUp(context, ran, new Set());
  const items = runs.map(({ item }) => item);
  const settled = settle(announced, { made, gone: new Set() }, items, null, hash);
  await target.ledger.save(key, settled, announced.epoch);
  return settled;
}
