import type { PlanSet } from '../model/plan.ts';
import type { Approval } from '../model/release.ts';

/** How long a yes holds when nothing else is said (DESIGN §7). */
const approvalLifetimeMs = 72 * 3_600_000;

/** A person's yes to exactly this plan. */
export function approvalOf(planSet: PlanSet, by: string, atMs: number): Approval {
  return {
    digest: planSet.digest,
    changes: planSet.plans.flatMap(({ changes, onFailure = [], prerequisites = [] }) => [
      ...[...changes, ...onFailure].flatMap(({ digest, displaces }) =>
        // Whoever agrees that something goes before it is run agrees to the run.
        displaces === undefined ? [digest] : [digest, displaces.digestAfter],
      ),
      ...prerequisites.map(({ digest }) => digest),
    ]),
    application: planSet.application,
    environment: planSet.environment,
    by,
    atMs,
    expiresAtMs: atMs + approvalLifetimeMs,
  };
}
