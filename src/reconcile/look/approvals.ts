import type { InventoryKey } from '../../model/inventory.ts';
import type { PlanSet } from '../../model/plan.ts';
import type { Journal } from '../journal/journal.ts';
import type { EnginePorts } from '../ports.ts';

/** A yes is used up by the release that it allowed: what covers it expires now. */
export async function consumeApprovals(
  { clock, store }: Pick<EnginePorts, 'clock' | 'store'>,
  journal: Journal,
  key: InventoryKey,
  planSet: PlanSet,
): Promise<void> {
  const nowMs = clock.nowMs();
  const used = new Set(
    planSet.plans.flatMap((plan) => plan.changes.map((change) => change.digest)),
  );
  for (const approval of await store.approvals(key.application, key.environment, nowMs)) {
    if (approval.digest !== planSet.digest && !approval.changes.some((digest) => used.has(digest)))
      continue;
    await journal.putApproval({ ...approval, expiresAtMs: nowMs });
  }
}
