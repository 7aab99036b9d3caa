import type { Hasher } from '../model/digest.ts';
import type { Change, Plan, PlanSet } from '../model/plan.ts';
import { showResource } from '../model/resource.ts';
import { planDigest } from './digest.ts';
import { countChanges } from './order.ts';
import { createPlanSet } from './plan.ts';

/** The plan with only those of its changes that `runs` names; the others stay as they are, and it says so. */
export function partOfPlan(
  hash: Hasher,
  plan: Plan,
  runs: (change: Change) => boolean,
  why: (change: Change) => string,
): Plan {
  const changes = plan.changes.filter(runs);
  if (changes.length === plan.changes.length) return plan;
  const left = plan.changes.filter((change) => !changes.includes(change));
  return {
    ...plan,
    changes,
    counts: countChanges(changes, plan.counts.unchanged + left.length),
    warnings: [
      ...plan.warnings,
      ...left.map(
        (change) => `${showResource(change.id)} is left as it is for now: ${why(change)}`,
      ),
    ],
    digest: planDigest(
      hash,
      plan,
      [...changes, ...(plan.onFailure ?? []), ...(plan.prerequisites ?? [])].map(
        ({ digest }) => digest,
      ),
    ),
  };
}

/** The same over all targets. */
export function partOfPlanSet(hash: Hasher, planSet: PlanSet, plans: readonly Plan[]): PlanSet {
  return plans.every((plan, at) => plan === planSet.plans[at])
    ? planSet
    : createPlanSet(hash, { ...planSet, plans });
}
