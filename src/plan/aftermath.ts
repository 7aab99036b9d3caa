import type { Change } from '../model/plan.ts';
import { showResource } from '../model/resource.ts';
import { obstacleIn, planOnFailure } from './change.ts';
import { desiredDigest } from './digest.ts';
import { placeOf } from './place.ts';
import { aside, see } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';

/** What is run if the release fails, with a warning where something is in its way. */
export function planAftermath(
  input: PlanInput,
  changes: readonly Change[],
): { readonly changes: readonly Change[]; readonly warnings: readonly string[] } {
  const { desired, hash, inventory } = input;
  const waiting = desired.filter(({ occasion }) => occasion?.moment === 'failure');
  const warnings = waiting.flatMap((item) => {
    const obstacle = obstacleIn(see(input, placeOf(item)));
    if (obstacle === null) return [];
    const words = `${showResource(item.id)} is already there, ${obstacle.words}`;
    return [
      `${words}: the ${item.occasion?.words} does not run as long as it is; delete it if nobody needs it`,
    ];
  });
  // Nothing fails that is only healed.
  const isRelease =
    changes.some(({ causeKind }) => causeKind !== 'drift' && causeKind !== 'if-needed') ||
    (inventory !== null && inventory.verified !== desiredDigest(hash, desired));
  return {
    changes: isRelease ? waiting.map((item) => planOnFailure(aside(input, item))) : [],
    warnings,
  };
}
