import { holdInForce } from '../../apply/hold.ts';
import { observe, referencesFor } from '../../apply/observe.ts';
import type { ProjectConfig } from '../../model/config.ts';
import { toFairleadError } from '../../model/error.ts';
import type { FairleadError } from '../../model/error.ts';
import { failure, success, unwrap } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import type { Desired } from '../../model/resource.ts';
import { unreadableLive } from '../../plan/errors.ts';
import { createPlan, createPlanSet } from '../../plan/plan.ts';
import { placeOf } from '../../plan/place.ts';
import type { PlanPolicy } from '../../plan/policy.ts';
import type { Target } from '../../targets/target.ts';
import { choose, chooseLastGood } from '../prepare/choose.ts';
import type { Choice, Situation } from '../prepare/choose.ts';
import type { Held, PlannedRun, RunContext, TargetPlan } from './context.ts';
import { givingAt, noteGiven } from './give.ts';
import { holdKeys } from './holds.ts';
import { withoutKeptElsewhere } from './kept-elsewhere.ts';
import type { PlanOptions } from './plan-options.ts';
import type { Inventory } from '../../model/inventory.ts';
import { projectAfterwards } from './projects.ts';
import { seedIdOf } from '../prepare/seed.ts';
import { formerNames } from '../former-names.ts';
import { syncPolicyOf, targetNamesOf } from '../declared.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/** The targets of an application: those its environment names, and those where something is still owned. */
async function targetsOf(
  context: RunContext,
  runtime: ApplicationRuntime,
): Promise<{ wanted: Target[]; left: Target[] }> {
  const names = runtime.declared.removal === null ? targetNamesOf(runtime.declared) : [];
  const wanted: Target[] = [];
  for (const name of names) wanted.push(await context.world.target(name));
  const left: Target[] = [];
  for (const name of runtime.ownership.targets) {
    if (names.includes(name)) continue;
    const target = await context.world.target(name);
    // The same records under another name: what is wanted there is not left here.
    if (![...wanted, ...left].some((other) => shareRecords(other, target))) left.push(target);
  }
  return { wanted, left };
}

/** Whether anything was left unasked of what only its check could tell. */
function isUnasked(observations: TargetPlan['observations']): boolean {
  return [...observations.values()].some(
    (seen) => seen.kind === 'present' && seen.live.unasked === true,
  );
}

function shareRecords(one: Target, other: Target): boolean {
  const { place } = one.ledger;
  return place !== undefined && place === other.ledger.place && one.uid === other.uid;
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
  const { wanted, left } = await targetsOf(context, runtime);
  const held: Held[] = [];
  for (const target of wanted)
    held.push({ target, wanted: true, ...(await loadInventory(context, runtime, target)) });
  for (const target of left)
    held.push({ target, wanted: false, ...(await loadInventory(context, runtime, target)) });
  const hold = await holdInForce(
    holdKeys(context.world, runtime),
    held.map((item) => item.target),
    context.ports.clock.nowMs(),
  );
  if (!options.preview) runtime.pending.heldBy(hold);

  const inventories = held.map(({ inventory }) => inventory);
  const seed = seedIdOf(runtime.key, inventories, context.ports.clock.nowMs());
  const situation = { hold, held, wanted, seed };
  const chosen = await choose(context, runtime, situation, options);
  if (!chosen.ok) return chosen;
  const planned = await planChoice(context, runtime, situation, chosen.value, options);
  if (planned.ok || !isRefused(planned.error, chosen.value, options)) return planned;
  const instead = await chooseLastGood(context, runtime, situation, options, {
    refused: chosen.value.revision,
    reason: planned.error,
  });
  if (!instead.ok) return planned;
  const kept = await planChoice(context, runtime, situation, instead.value, options);
  return kept.ok ? kept : planned;
}

/**
 * Whether what the source says cannot be made of what is there: a field that cannot be changed, a place that is taken; or not
 * now: what the place refuses. Then there is no plan for it, and what is live is still to be looked after.
 */
function isRefused(
  { code }: FairleadError,
  { fallback, prepared }: Choice,
  { revision }: PlanOptions,
): boolean {
  const isSeen = code !== unreadableLive.definition.code;
  return isSeen && fallback === 'none' && prepared !== null && revision === null;
}

async function planChoice(
  context: RunContext,
  runtime: ApplicationRuntime,
  { hold, held, seed }: Situation,
  chosen: Choice,
  options: PlanOptions,
): Promise<Result<PlannedRun>> {
  const leaving = runtime.declared.removal !== null;
  const { prepared, problem, revision, configuration, fallback, goesBack } = chosen;
  const isChosen = options.revision !== null || hold?.kind === 'revision' || fallback !== 'none';

  const targets: TargetPlan[] = [];
  const digestPlans = [];
  for (const item of held) {
    const desired = item.wanted ? (prepared?.byTarget.get(item.target.name) ?? []) : [];
    const runs = item.wanted ? [] : runsFor(item);
    if (!item.wanted) await introduce(context, runtime, item);
    const references = referencesFor([...desired, ...runs], item.inventory);
    const observations = await observe(item.target, runtime.key, references, context.signal, {
      fromScratch: options.fromScratch === true,
      runNothing: options.runNothing === true,
      goesBack,
      isDue: !item.wanted,
      triesNew: options.preview || isReadFirst(runtime),
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
      withoutRuns: options.withoutHooks === true,
      inventory: item.inventory,
      observations,
      policy: policyFor(runtime, item, fallback === 'quarantined'),
      ...(await givingAt(context, runtime, item, options)),
      hash: context.ports.hash,
    });
    if (!planned.ok) return planned;
    if (!options.preview) noteGiven(context, runtime, item.target, planned.value.given);
    targets.push({
      ...item,
      desired,
      runs,
      observations,
      plan: planned.value.plan,
      forget: planned.value.forget,
      given: planned.value.given,
      handedOver: planned.value.handedOver,
    });
    digestPlans.push(planned.value.plan);
  }
  const planSet = createPlanSet(context.ports.hash, {
    application: runtime.key.application,
    environment: runtime.key.environment,
    revision,
    plans: digestPlans,
    ...(targets.some(({ observations }) => isUnasked(observations)) && { unasked: true }),
  });
  const warnings = [
    ...(prepared?.warnings ?? []),
    ...digestPlans.flatMap((plan) => plan.warnings),
    ...held.flatMap(({ target }) => target.unwatched?.(runtime.key) ?? []),
  ];
  return success({
    planSet,
    targets,
    revision,
    configuration,
    problem,
    fallback,
    warnings,
    seed,
    leaving,
  });
}

/** Whether a person reads a plan before it is carried out. Else what the target says comes soon enough, and asks for nothing. */
function isReadFirst({ declared }: ApplicationRuntime): boolean {
  return syncPolicyOf(declared) !== 'auto';
}

/** Where nothing is prepared any more, a target still has to know for which project it acts. */
async function introduce(
  { world }: RunContext,
  runtime: ApplicationRuntime,
  { target, inventory }: Held,
): Promise<void> {
  const project = projectAfterwards(world, runtime, inventory);
  unwrap(await target.prepare([], { key: runtime.key, project: project && unlimited(project) }));
}

/** Nothing is made for it, so its limits say nothing any more. */
function unlimited(project: Pick<ProjectConfig, 'name' | 'impersonate'>): ProjectConfig {
  const origin = { file: '' };
  return { sources: [], targets: [], kinds: [], hostPaths: [], origin, ...project };
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
  if (own !== null && runtime.declared.removal !== null) {
    const inventory = await withoutKeptElsewhere(context, runtime, target, own);
    return { inventory, storedEpoch: own.epoch, handedOverFrom: null };
  }
  for (const name of formerNames(context.world.config, runtime.declared.application)) {
    const old = await target.ledger.load({ ...runtime.key, application: name });
    if (old === null) continue;
    if (own === null) return { inventory: old, storedEpoch: null, handedOverFrom: name };
    // Somebody went on under the former name after the renaming: that is ours as well.
    const more = entriesBeside(old, own);
    // Where nothing was made under the new name yet, what is there still carries the identity of the old one.
    const isMade = own.entries.some(({ uid }) => uid !== null);
    if (isMade && more.length === 0) continue;
    const inventory = isMade
      ? { ...own, entries: [...own.entries, ...more] }
      : { ...old, entries: [...old.entries, ...entriesBeside(own, old)] };
    return { inventory, storedEpoch: own.epoch, handedOverFrom: name };
  }
  return { inventory: own, storedEpoch: own?.epoch ?? null, handedOverFrom: null };
}

/** What one inventory has at places where the other one has nothing. */
function entriesBeside(inventory: Inventory, other: Inventory): Inventory['entries'] {
  const known = new Set(other.entries.map(placeOf));
  return inventory.entries.filter((entry) => !known.has(placeOf(entry)));
}

function policyFor(runtime: ApplicationRuntime, held: Held, goingBack: boolean): PlanPolicy {
  const application = runtime.declared.application;
  const removal = held.wanted ? null : (runtime.declared.removal ?? 'confirm');
  return {
    prune: application?.prune ?? true,
    allowEmpty: application?.allowEmpty ?? false,
    maxPrunePercent: application?.maxPrunePercent ?? 0,
    ephemeral: runtime.declared.environment?.ephemeral ?? false,
    removal,
    takeBack: new Set(goingBack ? (held.inventory?.entries ?? []).map(placeOf) : []),
  };
}
