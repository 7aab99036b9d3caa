import type { Hasher } from '../model/digest.ts';
import { canonicalJson } from '../model/json.ts';
import type { Inventory, InventoryEntry } from '../model/inventory.ts';
import type { Change, Guard, Plan, PlanSet } from '../model/plan.ts';
import { resourceKey, showResource } from '../model/resource.ts';
import type { Desired, Observation } from '../model/resource.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import type { Revision } from '../model/revision.ts';
import { showRevision } from '../model/revision.ts';
import { errorFromRecord } from '../model/error.ts';
import type { ChangeInput } from './change.ts';
import { obstacleIn, planChange, planOnFailure, planOnRemoval } from './change.ts';
import { planDelete } from './delete.ts';
import { desiredDigest, placeKey, planDigest, planSetDigest } from './digest.ts';
import { claimedTwice, emptyRender, unreadableLive } from './errors.ts';
import { leftOutGuards, pruneGuards } from './guard.ts';
import { displacedGuards, foreignGuards, replaceGuards, takeOverGuards } from './take-over.ts';
import { planAsked } from './if-needed.ts';
import type { Asked } from './if-needed.ts';
import { countChanges, orderChanges } from './order.ts';
import type { PlanPolicy } from './policy.ts';
import { refusalOf, showOrigin } from './refusal.ts';

export interface PlanInput {
  readonly application: string;
  readonly environment: string;
  readonly target: string;
  readonly targetUid: string;
  readonly revision: Revision;
  /**
   * Somebody chose the revision (a rollback, a preview, the way back after a failure) instead of the source having come to
   * it. Then what differs was not changed by it, and its causes do not say so. Default false.
   */
  readonly chosen?: boolean | undefined;
  readonly desired: readonly Desired[];
  /** What is run before and after everything goes, where the application leaves this target. Default: nothing. */
  readonly runs?: readonly Desired[];
  /** A person goes on without `runs`. Default false. */
  readonly withoutRuns?: boolean;
  /** `null` before the first release. */
  readonly inventory: Inventory | null;
  /** What is at each place (`placeKey`) of `desired` and of `inventory`. A missing one is a bug of the caller. */
  readonly observations: ReadonlyMap<string, Observation>;
  readonly policy: PlanPolicy;
  readonly hash: Hasher;
}

/** A plan, and what only the inventory needs to learn. */
export interface Planned {
  readonly plan: Plan;
  /** Places in the inventory where nothing is any more and nothing is wanted; to be dropped from it. */
  readonly forget: readonly string[];
}

/** One resource is asked for its place dozens of times while it is planned and released; its parts never change. */
const places = new WeakMap<Desired['locator'], Place>();

interface Place {
  readonly id: Desired['id'];
  readonly place: string;
  readonly locatorText: string;
}

export function placeOf(item: {
  readonly id: Desired['id'];
  readonly locator: Desired['locator'];
}): string {
  return knownPlace(item).place;
}

function knownPlace({ id, locator }: Pick<Desired, 'id' | 'locator'>): Place {
  const before = places.get(locator);
  if (before?.id === id) return before;
  const locatorText = before?.locatorText ?? canonicalJson(locator);
  const place = { id, place: placeKey(id, locatorText), locatorText };
  places.set(locator, place);
  return place;
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
  const usable = refuseUnusable(input, policy);
  if (!usable.ok) return usable;
  for (const [place, observation] of input.observations) {
    if (observation.kind === 'unreadable') {
      return failure(
        unreadableLive({
          message: `cannot read ${showPlace(place)} at ${input.target}: ${observation.error.message}`,
          resource: showPlace(place),
          cause: errorFromRecord(observation.error),
          hint: observation.error.hint,
        }),
      );
    }
  }

  const runs = policy.removal === 'orphan' ? [] : (input.runs ?? []);
  const withoutRuns = input.withoutRuns === true;
  for (const item of withoutRuns ? desired : [...desired, ...runs]) {
    const refusal = refusalOf(item, see(input, placeOf(item)));
    if (refusal !== null) return failure(refusal);
  }

  const byPlace = new Map(entries.map((entry) => [placeOf(entry), entry]));
  const entriesById = Map.groupBy(entries, (entry) => resourceKey(entry.id));
  const changes: Change[] = [];
  const warnings: string[] = [];
  const foreign: Change[] = [];
  const asked: Asked[] = [];
  let unchanged = 0;
  const wanted = new Set([...desired, ...runs].map(placeOf));
  // One thing in the world under two ids: it was renamed, and changes hands as it is.
  const leaving = new Map(
    entries
      .filter((entry) => !wanted.has(placeOf(entry)))
      .flatMap((entry) => {
        const thing = thingOf(entry, see(input, placeOf(entry)));
        return thing === null ? [] : [[thing, entry] as const];
      }),
  );
  const handedOver = new Set<string>();

  for (const item of desired) {
    const place = placeOf(item);
    const entry = byPlace.get(place) ?? null;
    const observation = see(input, place);
    const movedFrom = entry === null ? (entriesById.get(resourceKey(item.id))?.[0] ?? null) : null;
    const renamedFrom = leaving.get(thingOf(item, observation) ?? '') ?? null;
    if (renamedFrom !== null) handedOver.add(placeOf(renamedFrom));
    const about = { ...input, item, entry, movedFrom, renamedFrom, observation };
    const change = planChange(about);
    if (item.asksFirst === true && (change === null || change.action === 'adopt')) {
      asked.push({ input: about, now: change });
    } else if (change === null) unchanged += 1;
    else {
      changes.push(change);
      const isOverwritten = change.action === 'update' || change.action === 'replace';
      if (isOverwritten && entry === null && renamedFrom === null) foreign.push(change);
    }
  }

  const whenAsked = planAsked(asked, changes);
  changes.push(...whenAsked);
  unchanged += asked.length - whenAsked.length;
  const aside = (item: Desired): ChangeInput => {
    const place = placeOf(item);
    const entry = byPlace.get(place) ?? null;
    const observation = see(input, place);
    return { ...input, item, entry, movedFrom: null, renamedFrom: null, observation };
  };
  // Nothing fails that is only healed.
  const isRelease =
    changes.some(({ causeKind }) => causeKind !== 'drift' && causeKind !== 'if-needed') ||
    (inventory !== null && inventory.verified !== desiredDigest(hash, desired));
  const onFailure = desired
    .filter(({ occasion }) => isRelease && occasion?.moment === 'failure')
    .map((item) => planOnFailure(aside(item)));
  for (const item of desired) {
    const obstacle =
      item.occasion?.moment === 'failure' ? obstacleIn(see(input, placeOf(item))) : null;
    if (obstacle === null) continue;
    const words = `${showResource(item.id)} is already there, ${obstacle.words}`;
    warnings.push(
      `${words}: the ${item.occasion?.words} does not run as long as it is; delete it if nobody needs it`,
    );
  }
  for (const item of runs) changes.push(planOnRemoval(aside(item), withoutRuns));

  const forget: string[] = [];
  const deletes: { change: Change; entry: InventoryEntry }[] = [];
  const desiredIds = new Set(desired.map((item) => resourceKey(item.id)));
  for (const entry of entries) {
    const place = placeOf(entry);
    if (wanted.has(place)) continue;
    if (handedOver.has(place)) {
      forget.push(place);
      continue;
    }
    const outcome = planDelete({
      ...input,
      entry,
      takenBack: policy.takeBack.has(place),
      moved: desiredIds.has(resourceKey(entry.id)),
      observation: see(input, place),
    });
    if (outcome.kind === 'forget') forget.push(place);
    if (outcome.kind !== 'delete' && outcome.warning !== null) warnings.push(outcome.warning);
    if (outcome.kind === 'keep') unchanged += 1;
    if (outcome.kind === 'delete') {
      changes.push(outcome.change);
      // One half of a move loses nothing, unless there is data, which does not move with it, or another's change.
      const isChanged = entry.uid !== null && entry.uid !== outcome.change.uid;
      const loses = outcome.change.causeKind === 'removed' || entry.traits.dataBearing;
      if (isChanged || (loses && !policy.takeBack.has(place)))
        deletes.push({ change: outcome.change, entry });
    }
  }

  const replaces = changes.filter(({ action }) => action === 'replace');
  const guards: readonly Guard[] = [
    ...takeOverGuards(changes),
    ...replaceGuards(replaces, desired),
    ...foreignGuards(foreign, desired),
    ...displacedGuards(changes),
    ...leftOutGuards(changes),
    ...pruneGuards({
      deletes,
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
  const aftermath = orderChanges(onFailure);
  return success({
    plan: {
      application: input.application,
      environment: input.environment,
      target: input.target,
      revision: input.revision,
      changes: ordered,
      ...(aftermath.length > 0 && { onFailure: aftermath }),
      counts: countChanges(ordered, unchanged),
      warnings,
      guards,
      desiredDigest: desiredDigest(hash, desired),
      digest: planDigest(
        hash,
        input,
        [...ordered, ...aftermath].map((change) => change.digest),
      ),
    },
    forget,
  });
}

/** Binds the plans of one application and environment together. */
export function createPlanSet(hash: Hasher, identity: Omit<PlanSet, 'digest'>): PlanSet {
  return { ...identity, digest: planSetDigest(hash, identity.plans) };
}

function see(input: PlanInput, place: string): Observation {
  const observation = input.observations.get(place);
  if (observation === undefined) throw new Error(`plan: nobody looked at ${place}`);
  return observation;
}

/** The thing that is there, whatever it is called; `null` where there is none. */
function thingOf(item: Pick<Desired, 'id' | 'locator'>, observation: Observation): string | null {
  return observation.kind === 'present'
    ? `${observation.live.uid} ${knownPlace(item).locatorText}`
    : null;
}

function showPlace(place: string): string {
  const [group = '', kind = '', namespace = '', name = ''] = (place.split('#')[0] ?? '').split('/');
  return showResource({ group, kind, namespace, name });
}

/**
 * What a render gave, unless it can be no plan at all, whatever is live: nothing for an application that owns things
 * (`plan.empty-render`), or two resources for one place (`plan.claimed-twice`).
 */
export function refuseUnusable(
  input: Pick<
    PlanInput,
    'application' | 'environment' | 'target' | 'revision' | 'desired' | 'inventory'
  >,
  { allowEmpty, removal }: Pick<PlanPolicy, 'allowEmpty' | 'removal'>,
): Result<readonly Desired[]> {
  const { desired, application, environment, target, revision } = input;
  const owned = input.inventory?.entries.length ?? 0;
  if (desired.length > 0 || owned === 0 || allowEmpty || removal !== null)
    return refuseClash(desired);
  const owns = owned === 1 ? 'one resource' : `${owned} resources`;
  return failure(
    emptyRender({
      message: `${application} renders to nothing at ${showRevision(revision)}, yet owns ${owns} at ${target}`,
      resource: `${application}@${environment}`,
    }),
  );
}

/** Refuses resources of which two want one place; nothing else about them is looked at. */
function refuseClash(desired: readonly Desired[]): Result<readonly Desired[]> {
  const clash = findClash(desired);
  return clash === null ? success(desired) : failure(claimedTwice(clash));
}

function findClash(desired: readonly Desired[]): { message: string; resource: string } | null {
  const holders = new Map<string, Desired>();
  for (const item of desired) {
    // One object may be run at several occasions.
    const id = item.occasion === undefined ? resourceKey(item.id) : placeOf(item);
    for (const claim of [`id:${id}`, ...item.claims]) {
      const other = holders.get(claim);
      if (other !== undefined) {
        const where = [other, item].map(showOrigin);
        return {
          message: `${showResource(other.id)} (${where[0]}) and ${showResource(item.id)} (${where[1]}) both claim ${claim.replace(/^id:.*/, 'the same id')}`,
          resource: showResource(item.id),
        };
      }
      holders.set(claim, item);
    }
  }
  return null;
}
