import type { InventoryKey } from '../../model/inventory.ts';
import type { PlanSet } from '../../model/plan.ts';
import type { Approval } from '../../model/release.ts';
import type { Journal } from '../journal/journal.ts';
import type { EnginePorts } from '../ports.ts';

type Ports = Pick<EnginePorts, 'clock' | 'store'>;

/** A yes is used up by the release that it allowed: what covers it expires now. */
export async function consumeApprovals(
  ports: Ports,
  journal: Journal,
  key: InventoryKey,
  planSet: PlanSet,
): Promise<void> {
  const used = new Set(
    planSet.plans.flatMap((plan) => plan.changes.map((change) => change.digest)),
  );
  await withdrawApprovals(
    ports,
    journal,
    key,
    ({ digest, changes }) => digest === planSet.digest || changes.some((one) => used.has(one)),
  );
}

/** What people agreed to for an application counts no more. @param which Default: all of it. */
export async function withdrawApprovals(
  { clock, store }: Ports,
  journal: Journal,
  { application, environment }: InventoryKey,
  which: (approval: Approval) => boolean = () => true,
): Promise<void> {
  const nowMs = clock.nowMs();
  for (const approval of await store.approvals(application, environment, nowMs)) {
    if (!which(approval)) continue;
    await journal.putApproval({ ...approval, expiresAtMs: nowMs });
  }
}
