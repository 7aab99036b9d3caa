import type { RotateRequest, SyncOutcome } from '../../control/api.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Target } from '../../targets/target.ts';
import type { Engine } from '../engine.ts';
import { nothingToRotate, readOnlyRotate } from '../errors.ts';
import { foreignReason } from '../look/foreign.ts';
import { ask, targetsOf } from './orders.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { seedIdOf, toInventorySeed } from '../prepare/seed.ts';

/**
 * Moves an application's generation on: what its templates draw at random is drawn anew, and they take the present for the
 * time. The generation is recorded at every target before anything is rendered with it; the release that follows goes
 * the way of any other, through the same gates.
 *
 * @throws FairleadError `rotate.nothing` where it was never released, `rotate.read-only`, `target.*`
 */
export async function rotate(
  engine: Engine,
  runtime: ApplicationRuntime,
  { actor, reason }: RotateRequest,
): Promise<SyncOutcome> {
  const { clock } = engine.ports;
  const why = engine.readOnlyReason;
  if (why !== '') throw readOnlyRotate({ message: why, resource: runtime.id });
  const owned: { readonly target: Target; readonly inventory: Inventory }[] = [];
  for (const target of await targetsOf(engine, runtime)) {
    const inventory = await target.ledger.load(runtime.key);
    if (inventory === null) continue;
    const foreign = engine.foreignConfirmed ? null : foreignReason(inventory, engine.options);
    if (foreign !== null) throw readOnlyRotate({ message: foreign, resource: runtime.id });
    owned.push({ target, inventory });
  }
  if (owned.length === 0) {
    throw nothingToRotate({
      message: `${runtime.id} was never released, so nothing it drew is in use`,
      resource: runtime.id,
    });
  }
  const inventories = owned.map(({ inventory }) => inventory);
  const old = seedIdOf(runtime.key, inventories, clock.nowMs());
  const next = { ...old, generation: old.generation + 1, clockMs: clock.nowMs() };
  for (const { target, inventory } of owned) {
    const moved = { ...inventory, seed: toInventorySeed(next), epoch: inventory.epoch + 1 };
    await target.ledger.save(runtime.key, moved, inventory.epoch);
  }
  engine.journal.emit({
    type: 'application.rotated',
    ...runtime.key,
    actor,
    message: `${actor} let it draw anew (generation ${next.generation}): ${reason}`,
    data: { generation: next.generation },
  });
  return ask(engine, runtime, {
    actor,
    reason,
    agreed: null,
    retryQuarantined: false,
    trigger: 'manual',
  });
}
