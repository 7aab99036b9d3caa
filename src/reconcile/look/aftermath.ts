import { runFailureHooks } from '../../apply/failure-hooks.ts';
import { fenceOf } from '../../apply/fence.ts';
import { heldMeanwhile, superseded } from '../../apply/errors.ts';
import type { ErrorRecord } from '../../model/error.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { JournalStep } from '../../model/release.ts';
import { fencedOff } from '../../targets/errors.ts';
import type { RunContext, TargetPlan } from './context.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/** A target at which a release that failed had begun. */
export interface Begun {
  readonly item: TargetPlan;
  /** As the release has left it. */
  readonly inventory: Inventory;
}

/** Ends of a release that are no failure of it: somebody else is to act now, or nobody. */
const notOurs: readonly string[] = [
  heldMeanwhile.definition.code,
  fencedOff.definition.code,
  superseded.definition.code,
];

/**
 * Runs what was planned for the case that the release fails. Whatever comes of it, the first error stays the error.
 * Another attempt at the same that has nothing to change at a target begins nothing that there would be something to do about: what
 * stays broken is waited for at ever longer intervals, without an end, and would have it run as often.
 */
export async function afterFailedRelease(
  context: RunContext,
  runtime: ApplicationRuntime,
  failed: {
    /** Whether it is another attempt that nobody asked for. */
    readonly isRetry: boolean;
    readonly begun: readonly Begun[];
    readonly error: ErrorRecord;
    readonly approved: ReadonlySet<string>;
    readonly onStep: (step: JournalStep) => void;
  },
): Promise<void> {
  if (context.signal.aborted || notOurs.includes(failed.error.code)) return;
  for (const { item, inventory } of failed.begun) {
    const { target, plan, desired } = item;
    if ((plan.onFailure ?? []).length === 0) continue;
    const isSeenTo = runtime.releases.failuresSeenTo.get(target.name) === plan.desiredDigest;
    if (failed.isRetry && plan.changes.length === 0 && isSeenTo) continue;
    runtime.status.say(`${failed.error.message}; running what is to run then`);
    try {
      await runFailureHooks({
        context: {
          clock: context.ports.clock,
          target,
          key: runtime.key,
          applicationUid: inventory.applicationUid,
          approved: failed.approved,
          fence: fenceOf(target, runtime.key, inventory),
          timeoutMs: runtime.declared.application?.timeouts.applyMs ?? 60_000,
          signal: context.signal,
          onStep: failed.onStep,
        },
        hash: context.ports.hash,
        plan,
        desired,
        inventory,
      });
      runtime.releases.seeTo(target.name, plan.desiredDigest);
    } catch (thrown) {
      context.ports.log.warn('what is to run after a failed release could not be run', {
        application: runtime.id,
        target: target.name,
        error: String(thrown),
      });
    }
  }
}
