import type { Hold, InventoryKey } from '../../model/inventory.ts';
import type { Ledger } from '../../targets/target.ts';
import { formerNames } from '../former-names.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { World } from '../world.ts';

/**
 * The names under which a hold of an application may be kept: its own, and its former ones, because a renaming must not end
 * what a person has ordered.
 */
export function holdKeys(
  { config }: Pick<World, 'config'>,
  { key, declared: { application } }: Pick<ApplicationRuntime, 'key' | 'declared'>,
): readonly InventoryKey[] {
  const former = formerNames(config, application);
  return [key, ...former.map((name) => ({ ...key, application: name }))];
}

/** Sets or ends (`null`) the hold of an application, whose own name is the first. Under its former names none is left. */
export async function saveHold(
  ledger: Ledger,
  [own, ...former]: readonly InventoryKey[],
  hold: Hold | null,
): Promise<void> {
  if (own !== undefined) await ledger.saveHold(own, hold);
  for (const key of former)
    if ((await ledger.loadHold(key)) !== null) await ledger.saveHold(key, null);
}

/** What was recorded under a former name goes over to the one that it has now, unless that has a hold itself. */
export async function moveHold(
  ledger: Ledger,
  former: InventoryKey,
  key: InventoryKey,
): Promise<void> {
  const hold = await ledger.loadHold(former);
  if (hold === null) return;
  if ((await ledger.loadHold(key)) === null) await ledger.saveHold(key, { ...hold, key });
  await ledger.saveHold(former, null);
}
