import type { Inventory } from '../../model/inventory.ts';
import type { PlannedRun, RunContext } from './context.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/** Bad states that are remembered per application and target; older ones are tried again. */
const remembered = 20;

/**
 * Remembers at each target that this desired state failed, so that no controller tries it again by itself.
 * @returns false when there is no earlier good state to go back to (then it is only a failure), or when the target's
 *   ledger cannot be written.
 */
export async function quarantine(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  reason: string,
): Promise<boolean> {
  const hasLastGood = run.targets.some((item) => (item.inventory?.revision.length ?? 0) > 0);
  if (!hasLastGood) return false;
  const commit = run.revision[0]?.commit ?? '';
  for (const item of run.targets) {
    const now = await item.target.ledger.load(runtime.key);
    if (now === null) continue;
    const entry = {
      digest: item.plan.desiredDigest,
      commit,
      reason,
      atMs: context.ports.clock.nowMs(),
    };
    const others = now.quarantine.filter((one) => one.digest !== entry.digest);
    const next: Inventory = {
      ...now,
      epoch: now.epoch + 1,
      quarantine: [...others, entry].slice(-remembered),
    };
    await item.target.ledger.save(runtime.key, next, now.epoch);
  }
  return true;
}
