import { FairleadError, toFairleadError } from '../model/error.ts';
import type { InventoryEntry, InventoryKey } from '../model/inventory.ts';
import type { Change, Prerequisite } from '../model/plan.ts';
import type { JournalStep } from '../model/release.ts';
import { resourceKey, showResource } from '../model/resource.ts';
import type { Desired } from '../model/resource.ts';
import type { Clock } from '../system/clock.ts';
import { effectTimedOut } from '../targets/errors.ts';
import type { Applied, ApplyEffect, Target } from '../targets/target.ts';
import { withDeadline } from './deadline.ts';
import { cancelled, notApproved } from './errors.ts';

/** What every effect of one release shares. */
export interface EffectContext {
  readonly clock: Clock;
  readonly target: Target;
  readonly key: InventoryKey;
  readonly applicationUid: string;
  /** Change digests that may run (invariant 4). */
  readonly approved: ReadonlySet<string>;
  /** What the target may make by itself so that the rest can be made. Default: nothing. */
  readonly prerequisites?: readonly Prerequisite[];
  readonly fence: () => Promise<void>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (step: JournalStep) => void;
  /** A deletion takes its time, for this reason, as a sentence. Default: nobody wants to know. */
  readonly onDeleting?: (sentence: string) => void;
  /** What is run was asked for by itself: also where it ended well before. Called while what failed is still there. */
  readonly onDemandFailed?: (change: Change, signal: AbortSignal) => Promise<void>;
}

/** How one effect ended: made, gone, or the error that says why not. */
export type EffectOutcome =
  | { readonly kind: 'made'; readonly applied: Applied }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly error: FairleadError };

/** Carries out one change: journal, check that it was approved, touch, journal. Never throws. */
export async function carryOut(
  context: EffectContext,
  change: Change,
  desired: Desired | null,
  entry: InventoryEntry | null,
): Promise<EffectOutcome> {
  const { clock, target, onStep } = context;
  const base = {
    target: target.name,
    resource: resourceKey(change.id),
    action: change.action,
    changeDigest: change.digest,
    startedAtMs: clock.nowMs(),
  };
  onStep({ ...base, endedAtMs: null, result: 'started', message: change.cause });
  try {
    if (!context.approved.has(change.digest)) {
      throw notApproved({
        message: `${change.action} ${showResource(change.id)} is in no approved plan`,
        resource: showResource(change.id),
      });
    }
    const timeoutMs = desired?.timeoutMs ?? context.timeoutMs;
    const outcome = await withDeadline(
      clock,
      timeoutMs,
      context.signal,
      (signal) => touch({ ...context, timeoutMs }, change, desired, entry, signal),
      () =>
        effectTimedOut({
          message: `${change.action} ${showResource(change.id)} did not end within ${timeoutMs} ms`,
          resource: showResource(change.id),
        }),
    );
    const leftOut = change.leftOut === true ? change.cause : undefined;
    const skipped = outcome.kind === 'made' ? outcome.applied.skipped : leftOut;
    onStep({
      ...base,
      endedAtMs: clock.nowMs(),
      result: skipped === undefined ? 'done' : 'skipped',
      message: skipped ?? change.cause,
    });
    return outcome;
  } catch (thrown) {
    // Cut off by an order to stop: it may have happened or not, and is read again.
    const cutOff = context.signal.aborted && !(thrown instanceof FairleadError);
    const error = cutOff
      ? cancelled({
          message: `stopped while ${change.action} ${showResource(change.id)} was under way`,
          resource: showResource(change.id),
        })
      : toFairleadError(thrown);
    const result = cutOff || error.class === 'unknown-outcome' ? 'unknown' : 'failed';
    onStep({ ...base, endedAtMs: clock.nowMs(), result, message: error.message });
    return { kind: 'failed', error };
  }
}

async function touch(
  context: EffectContext,
  change: Change,
  desired: Desired | null,
  entry: InventoryEntry | null,
  signal: AbortSignal,
): Promise<EffectOutcome> {
  const effect = {
    key: context.key,
    applicationUid: context.applicationUid,
    id: change.id,
    uid: change.uid,
    locator: change.locator,
    fence: context.fence,
    signal,
    timeoutMs: context.timeoutMs,
    // What the record only announced gives no right to what somebody else made there.
    owned: change.found === true ? null : (entry?.fields ?? null),
    recordedUid: entry?.uid ?? null,
    isRemade: entry?.uid != null && change.uid !== null && entry.uid !== change.uid,
    dependents: entry?.deletion?.dependents,
  };
  if (change.action === 'delete') {
    const onWaiting = (why: string): void =>
      context.onDeleting?.(`${showResource(change.id)} does not go yet: ${why}`);
    await context.target.remove({ ...effect, onWaiting });
    return { kind: 'gone' };
  }
  if (desired === null) throw new Error(`plan holds ${change.action} without a desired form`);
  if (change.leftOut === true) {
    await context.target.leaveOut?.({ ...effect, desired, action: 'run' });
    return { kind: 'gone' };
  }
  const { action, takesOver = [], displaces } = change;
  const { onDemandFailed, approved, prerequisites = [] } = context;
  const wish = {
    ...effect,
    desired,
    takesOver,
    mayMake: prerequisites.filter(({ digest }) => approved.has(digest)).map(({ id }) => id),
    displaces: displaces?.uid,
    ...(onDemandFailed !== undefined && {
      again: true,
      onFailed: (ending: AbortSignal) => onDemandFailed(change, ending),
    }),
  };
  const applied =
    action === 'adopt'
      ? await adopt(context.target, { ...wish, action: 'update' })
      : await context.target.apply({ ...wish, action });
  return { kind: 'made', applied };
}

/** Where there is nothing to mark, the inventory learns the UID that was seen, and nothing is touched. */
async function adopt(target: Target, effect: ApplyEffect): Promise<Applied> {
  if (target.adopt === undefined) return { uid: effect.uid ?? '' };
  return await target.adopt(effect);
}
