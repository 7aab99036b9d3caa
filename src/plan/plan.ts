import type { Hasher } from '../model/digest.ts';
import { errorFromRecord } from '../model/error.ts';
import type { FairleadError } from '../model/error.ts';
import type { Guard, Plan, PlanSet } from '../model/plan.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import { planAftermath } from './aftermath.ts';
import { planOnRemoval } from './change.ts';
import { desiredDigest, planDigest, planSetDigest } from './digest.ts';
import { unreadableLive } from './errors.ts';
import { leftOutGuards, pruneGuards } from './guard.ts';
import { countChanges, orderChanges } from './order.ts';
import { placeOf, showPlace } from './place.ts';
import { aside, see } from './plan-input.ts';
import type { PlanInput } from './plan-input.ts';
import { planPrerequisites } from './prerequisite.ts';
import { isLastWord, refusalOf } from './refusal.ts';
import { displacedGuards, foreignGuards, replaceGuards, takeOverGuards } from './take-over.ts';
import { refuseUnusable } from './unusable.ts';
import { planUnwanted } from './unwanted.ts';
import type { Given } from './unwanted.ts';
import { planWanted } from './wanted.ts';

/** A plan, and what only the inventory needs to learn. */
export interface Planned {
  readonly plan: Plan;
  /** Places in the inventory where nothing is any more and nothing is wanted; to be dropped from it. */
  readonly forget: readonly string[];
  /** What stays on record until another application, which takes it over, has recorded it. */
  readonly given: readonly Given[];
  /** Of these, what goes on at another place once that is as wanted, with that place. */
  readonly handedOver: ReadonlyMap<string, string>;
}

/**
 * Desired × live × inventory → plan. Pure: same input, same plan, same digest.
 *
 * @returns a failure, never a smaller plan, when something could not be seen (`plan.live-unreadable`), when an
 *   application that owns things is suddenly empty (`plan.empty-render`), or when two resources want one place.
 */
export function createPlan(input: PlanInput): Result<Planned> {
  const { desired, inventory, hash, policy } = input;
  const entries = inventory?.entries ?? [];
  const runs = policy.removal === 'orphan' ? [] : (input.runs ?? []);
  const withoutRuns = input.withoutRuns === true;
  // Also what was asked of it when it was chosen: what is gone back to was not, and nothing is planned unasked.
  const usable = refuseUnusable(input, policy);
  if (!usable.ok) return usable;
  const unread = findUnread(input);
  if (unread !== null) return failure(unread);
  const doubts: string[] = [];
  for (const item of withoutRuns ? desired : [...desired, ...runs]) {
    const refusal = refusalOf(item, see(input, placeOf(item)));
    if (refusal === null) continue;
    if (isLastWord(input, item)) return failure(refusal);
    doubts.push(`as things are now, ${refusal.message}; what comes before it may change that`);
  }

  const wanted = planWanted(input, runs);
  const changes = [
    ...wanted.changes,
    ...runs.map((item) => planOnRemoval(aside(input, item), withoutRuns)),
  ];
  const aftermath = planAftermath(input, wanted.changes);
  const unwanted = planUnwanted(input, runs, wanted.handedOver);
  changes.push(...unwanted.deletes.map(({ change }) => change));

  const guards: readonly Guard[] = [
    ...takeOverGuards(changes),
    ...replaceGuards(
      changes.filter(({ action }) => action === 'replace'),
      desired,
    ),
    ...foreignGuards(wanted.foreign, desired),
    ...displacedGuards(changes),
    ...leftOutGuards(changes),
    ...pruneGuards({
      deletes: unwanted.deletes.filter(({ loses }) => loses),
      runs: changes.filter(({ moment, leftOut }) => moment !== undefined && leftOut !== true),
      desired,
      owned: entries.length,
      maxPrunePercent: policy.maxPrunePercent,
      ephemeral: policy.ephemeral || policy.removal === 'delete',
      leaving: policy.removal !== null,
      removal: policy.removal === 'confirm',
    }),
  ];
  const ordered = orderChanges(changes);
  const onFailure = orderChanges(aftermath.changes);
  const prerequisites = planPrerequisites(input);
  return success({
    plan: {
      application: input.application,
      environment: input.environment,
      target: input.target,
      revision: input.revision,
      changes: ordered,
      ...(onFailure.length > 0 && { onFailure }),
      ...(prerequisites.length > 0 && { prerequisites }),
      counts: countChanges(ordered, wanted.unchanged + unwanted.kept),
      warnings: [...doubts, ...aftermath.warnings, ...unwanted.warnings],
      guards,
      desiredDigest: desiredDigest(hash, desired),
      digest: planDigest(
        hash,
        input,
        [...ordered, ...onFailure, ...prerequisites].map((change) => change.digest),
      ),
    },
    forget: unwanted.forget,
    given: unwanted.given,
    handedOver: wanted.handedOver,
  });
}

/** What could not be looked at, if anything: nothing is planned from half a view. */
function findUnread(input: PlanInput): FairleadError | null {
  const leftAlone = placesLeftAlone(input);
  for (const [place, observation] of input.observations) {
    if (leftAlone.has(place)) continue;
    if (observation.kind === 'unreadable') {
      return unreadableLive({
        message: `cannot read ${showPlace(place)} at ${input.target}: ${observation.error.message}`,
        resource: showPlace(place),
        cause: errorFromRecord(observation.error),
        hint: observation.error.hint,
      });
    }
  }
  return null;
}

/**
 * What a release had announced, and was not allowed to make, is not allowed to be looked at either, more often than not. Once
 * nobody wants it any more it must not keep the rest from being planned: it stays on record, and nothing is done to it.
 */
function placesLeftAlone({ desired, inventory, policy }: PlanInput): ReadonlySet<string> {
  const wanted = new Set(desired.map(placeOf));
  const unmade = (inventory?.entries ?? []).filter(({ uid }) => uid === null).map(placeOf);
  return new Set(policy.removal === null ? unmade.filter((place) => !wanted.has(place)) : []);
}

/** Binds the plans of one application and environment together. */
export function createPlanSet(hash: Hasher, identity: Omit<PlanSet, 'digest'>): PlanSet {
  return { ...identity, digest: planSetDigest(hash, identity.plans) };
}
