import type { SyncPolicy } from '../model/config.ts';
import type { Hold } from '../model/inventory.ts';
import type { Change, Guard, PlanSet } from '../model/plan.ts';
import { shortDigest } from '../model/digest.ts';
import type { Approval } from '../model/release.ts';
import type { Contest } from './contest.ts';
import type { ApplicationEvent } from './machine.ts';

/** All that decides whether a plan may run now. */
export interface GateInput {
  readonly planSet: PlanSet;
  readonly policy: SyncPolicy;
  readonly selfHeal: boolean;
  /** Not empty: the controller only watches, and why. */
  readonly readOnlyReason: string;
  /** The hold in force, if any. */
  readonly hold: Hold | null;
  readonly approvals: readonly Approval[];
  /** Digest that the person who asks has seen and agrees to. */
  readonly agreed: string | null;
  /** A person asked for this run. */
  readonly requested: boolean;
  /** Applications that must come first, with one sentence each; empty: none. */
  readonly waitsFor: readonly string[];
  /** Deletes by the same commit in other applications put this one over the limit; needs a person as well. */
  readonly extraGuards: readonly Guard[];
  /** What somebody keeps reversing. */
  readonly contest: Pick<Contest, 'heals' | 'release'>;
  /** Digests of changes that failed and were given up: left alone until there is a new chance. */
  readonly givenUp: ReadonlySet<string>;
}

/** Go, or the reason to wait in one sentence. Expected outcomes, so values. */
export type Verdict =
  | {
      readonly kind: 'go';
      /** The changes that may run; what the plan has beyond them is left as it is for now. */
      readonly approved: ReadonlySet<string>;
      /** Whose recorded yes let it go; `null` where policy or the one who asked did. */
      readonly approvedBy: string | null;
    }
  | {
      readonly kind: 'wait';
      readonly event: Extract<
        ApplicationEvent,
        | 'plan-read-only'
        | 'plan-held'
        | 'plan-needs-dependency'
        | 'plan-needs-person'
        | 'plan-refused-by-policy'
        | 'plan-given-up'
        | 'plan-put-off'
      >;
      readonly message: string;
      /** The plan's digest, where a person's approval would let it go. */
      readonly digest: string | null;
    };

const nothing: GateInput['contest'] = { heals: new Set(), release: false };

/** Decides whether a plan that is not empty may run now, or how much of it. Pure. */
export function judge(input: GateInput): Verdict {
  const { planSet, hold } = input;
  const changes = planSet.plans.flatMap((plan) => plan.changes);
  const approve = `fairlead approve ${shortDigest(planSet.digest)}`;
  if (input.readOnlyReason !== '') {
    return wait('plan-read-only', input.readOnlyReason, null);
  }
  if (hold?.kind === 'freeze') {
    return wait(
      'plan-held',
      `on hold since ${new Date(hold.atMs).toISOString()} by ${hold.by}: ${hold.reason}`,
      null,
    );
  }
  const aftermath = planSet.plans.flatMap(({ onFailure = [] }) => onFailure);
  const prerequisites = planSet.plans.flatMap((plan) => plan.prerequisites ?? []);
  const others = [...aftermath, ...prerequisites];
  const approval = approvalFor(input, changes, others);
  const approved = approval !== undefined || input.agreed === planSet.digest;
  // Whoever asks or agrees knows of the contest: then nothing is left out.
  const left = input.requested || approved ? nothing : input.contest;
  const now = changes.filter(({ digest }) => !left.heals.has(digest) && !input.givenUp.has(digest));
  const healing = isHealing(now);
  if (input.waitsFor.length > 0 && !healing) {
    return wait('plan-needs-dependency', `waits for ${input.waitsFor.join('; ')}`, null);
  }
  const guards = [...planSet.plans.flatMap((plan) => plan.guards), ...input.extraGuards];
  if (guards.length > 0 && !approved) {
    const reasons = guards.map((guard) => guard.message).join('; ');
    return wait('plan-needs-person', `${reasons}. Confirm with \`${approve}\``, planSet.digest);
  }
  const nothingNew = now.every(({ causeKind }) => causeKind === 'if-needed');
  if (nothingNew && changes.some(({ digest }) => input.givenUp.has(digest))) {
    return wait('plan-given-up', 'failed before, and is tried again when something is new', null);
  }
  if (healing) {
    if (!input.selfHeal && !input.requested && !approved) {
      return wait(
        'plan-refused-by-policy',
        'differs from its source, and self-healing is off',
        planSet.digest,
      );
    }
  }
  const isAll = left.heals.size > 0 && nothingNew;
  if (left.release || isAll) {
    return wait(
      'plan-refused-by-policy',
      'contested: somebody else keeps changing it back; healed at a low rate',
      planSet.digest,
    );
  }
  const all = [...now, ...others];
  if (healing) return go(all, approval);
  // Going back to what already ran, by a person's order, is that person's decision.
  if (approved || input.policy === 'auto') return go(all, approval);
  if (input.policy === 'approve') {
    return wait('plan-needs-person', `needs approval: \`${approve}\``, planSet.digest);
  }
  return wait(
    'plan-refused-by-policy',
    `sync is manual here: run \`fairlead sync\` or \`${approve}\``,
    planSet.digest,
  );
}

/** Whether a plan only restores what was released before, with what that may ask for: no new decision is in it. */
export function isHealing(changes: readonly Change[]): boolean {
  return changes.every(
    ({ causeKind }) =>
      causeKind === 'drift' || causeKind === 'unfinished' || causeKind === 'if-needed',
  );
}

/**
 * The yes that covers a plan: to its very digest, or to one of which this is what is left, a subset. A change
 * digest carries the UID of what it deletes, so a subset cannot hold a delete that was not approved.
 */
function approvalFor(
  input: GateInput,
  changes: readonly Change[],
  others: readonly Digested[],
): Approval | undefined {
  return input.approvals.find((approval) => {
    if (approval.digest === input.planSet.digest) return true;
    const digests = new Set(approval.changes);
    const all = [...changes, ...others];
    return changes.length > 0 && all.every((change) => digests.has(change.digest));
  });
}

type Digested = Pick<Change, 'digest'>;

function go(changes: readonly Digested[], approval: Approval | undefined): Verdict {
  return {
    kind: 'go',
    approved: new Set(changes.map((change) => change.digest)),
    approvedBy: approval?.by ?? null,
  };
}

function wait(
  event: Extract<Verdict, { kind: 'wait' }>['event'],
  message: string,
  digest: string | null,
): Verdict {
  return { kind: 'wait', event, message, digest };
}
