import type { Inventory, InventoryEntry } from '../../../model/inventory.ts';
import type { Desired } from '../../../model/resource.ts';
import { payloadOf } from '../manifest/payload.ts';
import { timeoutOf } from './bind.ts';
import { hookMember, momentOf } from './hook.ts';

/** The delete hooks of what an inventory has, as they were when they were released last. */
export function removalRuns({ entries }: Inventory): readonly Desired[] {
  return entries.flatMap((entry) => toDesired(entry) ?? []);
}

function toDesired(entry: InventoryEntry): Desired | null {
  const { payload } = entry;
  const hook = payload === undefined ? null : payloadOf({ payload }).hook;
  if (payload === undefined || hook === null) return null;
  return {
    id: entry.id,
    fields: entry.fields,
    payload,
    locator: entry.locator,
    texts: {},
    claims: [],
    wave: entry.wave,
    rank: entry.rank ?? 0,
    traits: entry.traits,
    prune: entry.prune,
    occasion: { moment: momentOf(hook), words: `${hook.phase} hook`, member: hookMember },
    timeoutMs: timeoutOf(entry.fields),
    origin: { file: 'the record of the last release' },
  };
}
