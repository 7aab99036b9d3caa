import { observe, referencesFor } from '../apply/observe.ts';
import { errorRecord, toFairleadError } from '../model/error.ts';
import type { ErrorRecord, FairleadError } from '../model/error.ts';
import type { Hold, Inventory } from '../model/inventory.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import type { Revision } from '../model/revision.ts';
import { nameRevision, showRevision } from '../model/revision.ts';
import type { Desired } from '../model/resource.ts';
import type { SeedId } from '../model/seed.ts';
import { desiredDigest } from '../plan/digest.ts';
import { createPlan, createPlanSet, placeOf } from '../plan/plan.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import type { Target } from '../targets/target.ts';
import type { PlannedRun, RunContext, TargetPlan } from './context.ts';
import { quarantined, sourceNotReady } from './errors.ts';
import { prepareKey, prepareRevision } from './prepare.ts';
import { seesTheSame } from './clusters.ts';
import { seedIdOf } from './seed.ts';
import { currentRevisionOf } from './trees.ts';
import type { PrepareResult } from './prepare.ts';
import type { ApplicationRuntime, Prepared } from './runtime.ts';

export interface PlanOptions {
  /** Plan for this instead of what the source and holds say; for previews. */
  readonly revision: Revision | null;
  readonly retryQuarantined: boolean;
  /** Trust nothing that watching brought. Default false. */
  readonly fromScratch?: boolean;
  /** Start no program that a manifest names. Default false. */
  readonly runNothing?: boolean;
  /** `revision` is gone back to, as `fairlead rollback` does. Default false. */
  readonly goesBack?: boolean;
  /** Previews leave no trace in the runtime. */
  readonly preview: boolean;
}

/** The targets of an application: those its environment names, and those where something is still owned. */
async function targetsOf(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<{ wanted: Target[]; left: Target[] }> {
  const names = runtime.removal === null ? (runtime.environment?.targets ?? []) : [];
  const wanted: Target[] = [];
  for (const name of names) wanted.push(await context.world.target(name));
  const left: Target[] = [];
  for (const name of runtime.ownedAt) {
    if (names.includes(name)) continue;
    const target = await context.world.target(name);
    // The same records under another name: what is wanted there is not left here.
    if (![...wanted, ...left].some((other) => shareRecords(other, target))) left.push(target);
  }
  return { wanted, left };
}

function shareRecords(one: Target, other: Target): boolean {
  const { place } = one.ledger;
  return place !== undefined && place === other.ledger.place && one.uid === other.uid;
}

interface Held {
  readonly target: Target;
  readonly wanted: boolean;
  readonly inventory: Inventory | null;
  readonly storedEpoch: number | null;
  readonly handedOverFrom: string | null;
}

/** Renders, reads and plans one application. Changes nothing anywhere. Never rejects: what fails is a value. */
export async function planApplication(
  context: RunContext,
  runtime: ApplicationRuntime,
  options: PlanOptions,
): Promise<Result<PlannedRun>> {
  try {
    return await planOrThrow(context, runtime, options);
  } catch (thrown) {
    return failure(toFairleadError(thrown));
  }
}

/** @throws FairleadError where a target cannot be opened, or its ledger or the target as a whole cannot be read. */
async function planOrThrow(
  context: RunContext,
  runtime: ApplicationRuntime,
  options: PlanOptions,
): Promise<Result<PlannedRun>> {
  const leaving = runtime.removal !== null;
  const { wanted, left } = await targetsOf(context, runtime);
  const held: Held[] = [];
  for (const target of wanted)
    held.push({ target, wanted: true, ...(await loadInventory(context, runtime, target)) });
  for (const target of left)
    held.push({ target, wanted: false, ...(await loadInventory(context, runtime, target)) });
  const hold = await currentHold(
    context,
    runtime,
    held.map((item) => item.target),
  );
  if (!options.preview) runtime.hold = hold;

  const inventories = held.map(({ inventory }) => inventory);
  const seed = seedIdOf(runtime.key, inventories, context.ports.clock.nowMs());
  const chosen = await choose(context, runtime, { hold, held, wanted, seed }, options);
  if (!chosen.ok) return chosen;
  const { prepared, problem, revision, fallback, goesBack } = chosen.value;
  const isChosen = options.revision !== null || hold?.kind === 'revision' || fallback !== 'none';

  const targets: TargetPlan[] = [];
  const digestPlans = [];
  for (const item of held) {
    const desired = item.wanted ? (prepared?.byTarget.get(item.target.name) ?? []) : [];
    const runs = item.wanted ? [] : runsFor(item);
    const references = referencesFor([...desired, ...runs], item.inventory);
    const observations = await observe(item.target, runtime.key, references, context.signal, {
      fromScratch: options.fromScratch === true,
      runNothing: options.runNothing === true,
      goesBack,
    });
    const planned = createPlan({
      application: runtime.key.application,
      environment: runtime.key.environment,
      target: item.target.name,
      targetUid: item.target.uid,
      revision,
      chosen: isChosen,
      desired,
      runs,
      inventory: item.inventory,
      observations,
      policy: policyFor(runtime, item, fallback === 'quarantined'),
      hash: context.ports.hash,
    });
    if (!planned.ok) return planned;
    targets.push({
      ...item,
      desired,
      runs,
      observations,
      plan: planned.value.plan,
      forget: planned.value.forget,
    });
    digestPlans.push(planned.value.plan);
  }
  const planSet = createPlanSet(context.ports.hash, {
    application: runtime.key.application,
    environment: runtime.key.environment,
    revision,
    plans: digestPlans,
  });
  const warnings = [...(prepared?.warnings ?? []), ...digestPlans.flatMap((plan) => plan.warnings)];
  return success({ planSet, targets, revision, problem, fallback, warnings, seed, leaving });
}

/** What is known before anything is chosen. */
interface Situation {
  readonly hold: Hold | null;
  readonly held: readonly Held[];
  readonly wanted: readonly Target[];
  readonly seed: SeedId;
}

interface Choice {
  readonly prepared: Prepared | null;
  readonly revision: Revision;
  readonly problem: ErrorRecord | null;
  readonly fallback: PlannedRun['fallback'];
  /** What was there before is gone back to: by a person's order, or because what came after it failed. */
  readonly goesBack: boolean;
}

/**
 * What the application should be now. Where the source's word cannot be used (it does not render, or was tried
 * and is remembered as bad), the last good release is kept up instead, and the problem is told.
 */
async function choose(
  context: RunContext,
  runtime: ApplicationRuntime,
  situation: Situation,
  options: PlanOptions,
): Promise<Result<Choice>> {
  const { hold, held } = situation;
  const lastGood = held.find((item) => item.inventory !== null)?.inventory?.revision ?? [];
  if (runtime.removal !== null || runtime.application === null) {
    return success({
      prepared: null,
      revision: lastGood,
      problem: null,
      fallback: 'none',
      goesBack: false,
    });
  }
  const goesBack =
    options.revision === null ? hold?.kind === 'revision' : options.goesBack === true;
  const asked = options.revision ?? (hold?.kind === 'revision' ? hold.revision : null);
  const tip = asked ?? currentRevision(context, runtime);
  if (!options.preview) runtime.wanted = tip ?? [];
  if (tip === null || tip.length === 0) {
    const status = context.world.source(runtime.application.source).status();
    const error = sourceNotReady({
      message: status.failing?.message ?? 'the source has not been fetched yet',
      resource: `Source/${runtime.application.source}`,
      hint: status.failing?.hint,
    });
    return fallBack(context, runtime, lastGood, situation, error, options);
  }
  const prepared = await preparedAt(context, runtime, tip, situation, options);
  if (!options.preview) {
    // What the tip lacks may come in a commit that touches nothing else of the application.
    runtime.missedPaths = prepared.ok ? [] : (prepared.paths ?? []);
    if (!prepared.ok) context.onPrepared(runtime);
  }
  if (!prepared.ok) {
    return options.revision === null
      ? fallBack(context, runtime, lastGood, situation, prepared.error, options)
      : prepared;
  }
  // What a person asks for by name is tried, whatever is remembered of it.
  const bad =
    options.retryQuarantined || asked !== null
      ? null
      : findQuarantined(context, held, prepared.value);
  if (bad !== null)
    return fallBack(context, runtime, lastGood, situation, bad, options, prepared.value);
  return success({
    prepared: prepared.value,
    revision: tip,
    problem: null,
    fallback: 'none',
    goesBack,
  });
}

async function fallBack(
  context: RunContext,
  runtime: ApplicationRuntime,
  lastGood: Revision,
  situation: Situation,
  error: FairleadError,
  options: PlanOptions,
  refused: Prepared | null = null,
): Promise<Result<Choice>> {
  if (lastGood.length === 0) return failure(error);
  const prepared = await preparedAt(context, runtime, lastGood, situation, options);
  // Without the last good state there is nothing safe to do: the first problem is the one to tell.
  if (!prepared.ok) return failure(error);
  if (refused !== null && !options.preview) runtime.prepared = refused;
  return success({
    prepared: prepared.value,
    revision: lastGood,
    problem: errorRecord(error),
    fallback: refused === null ? 'broken' : 'quarantined',
    goesBack: refused !== null,
  });
}

async function preparedAt(
  context: RunContext,
  runtime: ApplicationRuntime,
  revision: Revision,
  { wanted: targets, seed }: Situation,
  options: PlanOptions,
): Promise<PrepareResult> {
  if (runtime.application === null)
    throw new Error('an application that was removed has nothing to render');
  const application = await context.pastSettings.at(runtime.application, revision);
  const key = prepareKey({ application, revision, targets, seed, world: context.world });
  const last = runtime.prepared;
  if (last?.key === key && !hasSecretReferences(last) && (await seesTheSame(last, targets)))
    return success(last);
  const prepared = await prepareRevision({
    ports: context.ports,
    world: context.world,
    application,
    key: runtime.key,
    revision,
    targets,
    seed,
  });
  if (prepared.ok && !options.preview) {
    runtime.prepared = prepared.value;
    context.onPrepared(runtime);
  }
  return prepared;
}

/** A secret can change without a commit, so what refers to one is prepared anew each time. */
function hasSecretReferences(prepared: Prepared): boolean {
  return [...prepared.byTarget.values()].some((list) =>
    list.some((item) => JSON.stringify(item.fields).includes('"$sealed"')),
  );
}

function findQuarantined(
  context: RunContext,
  held: readonly Held[],
  prepared: Prepared,
): FairleadError | null {
  for (const item of held) {
    const list = item.inventory?.quarantine ?? [];
    const desired = prepared.byTarget.get(item.target.name);
    if (!item.wanted || list.length === 0 || desired === undefined) continue;
    const digest = desiredDigest(context.ports.hash, desired);
    const entry = list.find((one) => one.digest === digest);
    if (entry !== undefined) {
      return quarantined({
        message: `${nameRevision(prepared.revision)} was tried and failed (${entry.reason}); the last good state is kept`,
        resource: showRevision(prepared.revision),
      });
    }
  }
  return null;
}

/** What the application's source serves now; `null` before its first fetch. */
export function currentRevision(
  context: Pick<RunContext, 'world'>,
  runtime: ApplicationRuntime,
): Revision | null {
  return currentRevisionOf(context.world, runtime.application ?? { source: '' });
}

function runsFor({ target, inventory }: Held): readonly Desired[] {
  return inventory === null ? [] : (target.removalRuns?.(inventory) ?? []);
}

async function loadInventory(
  context: RunContext,
  runtime: ApplicationRuntime,
  target: Target,
): Promise<Omit<Held, 'target' | 'wanted'>> {
  const own = await target.ledger.load(runtime.key);
  for (const name of runtime.application?.previousNames ?? []) {
    // A name that is in use again is another application, not this one's past.
    if (context.world.config.applications.has(name)) continue;
    const old = await target.ledger.load({ ...runtime.key, application: name });
    if (old === null) continue;
    if (own === null) return { inventory: old, storedEpoch: null, handedOverFrom: name };
    // Somebody went on under the former name after the renaming: that is ours as well.
    const known = new Set(own.entries.map(placeOf));
    const more = old.entries.filter((entry) => !known.has(placeOf(entry)));
    if (more.length === 0) continue;
    const inventory = { ...own, entries: [...own.entries, ...more] };
    return { inventory, storedEpoch: own.epoch, handedOverFrom: name };
  }
  return { inventory: own, storedEpoch: own?.epoch ?? null, handedOverFrom: null };
}

/** The first hold in force at any of the targets. */
async function currentHold(
  context: RunContext,
  runtime: ApplicationRuntime,
  targets: readonly Target[],
): Promise<Hold | null> {
  for (const target of targets) {
    const hold = await target.ledger.loadHold(runtime.key);
    if (
      hold !== null &&
      (hold.expiresAtMs === null || hold.expiresAtMs > context.ports.clock.nowMs())
    )
      return hold;
  }
  return null;
}

function policyFor(runtime: ApplicationRuntime, held: Held, goingBack: boolean): PlanPolicy {
  const application = runtime.application;
  const removal = held.wanted ? null : (runtime.removal ?? 'confirm');
  return {
    prune: application?.prune ?? true,
    allowEmpty: application?.allowEmpty ?? false,
    maxPrunePercent: application?.maxPrunePercent ?? 0,
    ephemeral: runtime.environment?.ephemeral ?? false,
    removal,
    takeBack: new Set(goingBack ? (held.inventory?.entries ?? []).map(placeOf) : []),
  };
}

/** Desired resources of a planned run, over all targets. */
export function allDesired(run: PlannedRun): readonly Desired[] {
  return run.targets.flatMap((item) => item.desired);
}
