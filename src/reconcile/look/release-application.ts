import { confirmGood } from '../../apply/confirm.ts';
import type { Unconfirmed } from '../../apply/confirm.ts';
import { superseded } from '../../apply/errors.ts';
import { executePlan } from '../../apply/execute.ts';
import { errorRecord } from '../../model/error.ts';
import type { ErrorRecord } from '../../model/error.ts';
import type { Inventory } from '../../model/inventory.ts';
import { pastTense } from '../../model/plan.ts';
import type { Action } from '../../model/plan.ts';
import type { JournalStep, Release, ReleaseOutcome, ReleaseTrigger } from '../../model/release.ts';
import { parseResourceKey, showResource } from '../../model/resource.ts';
import { afterFailedRelease } from './aftermath.ts';
import type { Begun } from './aftermath.ts';
import { isUnverified } from './context.ts';
import type { PlannedRun, RunContext, TargetPlan } from './context.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { applicationHealthError } from './health-checks.ts';
import { entryOf } from './history-entry.ts';
import { holdKeys } from './holds.ts';
import { recordedProject } from './projects.ts';
import { toInventorySeed } from '../prepare/seed.ts';
import { waitsOf } from './waits.ts';

/** A planned run that the gate let pass, with who wants it and why. */
interface ReleaseInput {
  readonly run: PlannedRun;
  readonly approved: ReadonlySet<string>;
  readonly trigger: ReleaseTrigger;
  readonly actor: string;
  readonly reason: string;
  /** A person wants it now. */
  readonly isAsked: boolean;
}

/** How it ended. */
interface ReleaseResult {
  readonly release: Release;
  /** It failed because something did not become healthy. */
  readonly unhealthy: boolean;
  /** Resolves when history tells of its end; never rejects. Nothing is shown or decided before. */
  readonly recorded: Promise<void>;
}

/** Time-ordered, short enough to type: base-36 milliseconds and four random digits. */
function releaseId(context: RunContext): string {
  const chance = Math.floor(context.ports.random.fraction() * 36 ** 4);
  return `${context.ports.clock.nowMs().toString(36)}${chance.toString(36).padStart(4, '0')}`;
}

/**
 * Carries out a planned run target by target and writes it down: before the first effect, and at the end.
 * @throws FairleadError when the beginning cannot be recorded; nothing has been touched then.
 */
export async function releaseApplication(
  context: RunContext,
  runtime: ApplicationRuntime,
  input: ReleaseInput,
): Promise<ReleaseResult> {
  const { journal, ports } = context;
  const { run } = input;
  const steps = new Map<string, { readonly index: number; readonly step: JournalStep }>();
  let release: Release = {
    id: releaseId(context),
    application: runtime.key.application,
    environment: runtime.key.environment,
    revision: run.revision,
    ...(run.configuration === undefined ? {} : { configuration: run.configuration }),
    trigger: input.trigger,
    actor: input.actor,
    reason: input.reason,
    plan: run.planSet,
    startedAtMs: ports.clock.nowMs(),
    endedAtMs: null,
    outcome: 'running',
    error: null,
    steps: [],
  };
  const names = {
    application: release.application,
    environment: release.environment,
    release: release.id,
  };
  journal.emit({ type: 'release.started', ...names, actor: input.actor, message: describe(input) });
  await journal.putRelease(release);

  const onStep = (step: JournalStep): void => {
    const place = `${step.target} ${step.changeDigest}`;
    const index = steps.get(place)?.index ?? steps.size;
    steps.set(place, { index, step });
    runtime.seen.step(step);
    if (step.result !== 'started') tellStep(step);
    journal.noteStep(release.id, index, step);
  };
  const tellStep = (step: JournalStep): void => {
    const resource = showResource(parseResourceKey(step.resource));
    journal.emit({
      type: 'release.step',
      ...names,
      target: step.target,
      message:
        step.result === 'done'
          ? `${pastTense[step.action as Action]} ${resource}: ${step.message}`
          : `${step.action} ${step.message.startsWith(resource) ? '' : `${resource} `}${step.result}: ${step.message}`,
      data: {
        action: step.action,
        resource: step.resource,
        result: step.result,
        tookMs: (step.endedAtMs ?? step.startedAtMs) - step.startedAtMs,
      },
    });
  };

  const { error, unhealthy, begun } = await carryOutEverywhere(
    context,
    runtime,
    release.id,
    input,
    onStep,
  ).finally(() => runtime.seen.showSteps());
  release = {
    ...release,
    endedAtMs: ports.clock.nowMs(),
    outcome: outcomeOf(error, context.signal),
    error,
    steps: [...steps.values()].map(({ step }) => step),
  };
  if (error === null) runtime.releases.endFailures();
  journal.emit({
    type: 'release.ended',
    ...names,
    actor: input.actor,
    message: `${input.trigger}: ${error === null ? describeDone(release.steps) : error.message}`,
    data: { outcome: release.outcome, tookMs: (release.endedAtMs ?? 0) - release.startedAtMs },
  });
  runtime.releases.ended(release);
  const { entry, insteadOf } = await entryOf(context, runtime, input, release, begun);
  return { release, unhealthy, recorded: journal.endRelease(entry, insteadOf) };
}

function outcomeOf(error: ErrorRecord | null, signal: AbortSignal): ReleaseOutcome {
  if (error === null) return 'succeeded';
  if (error.code === superseded.definition.code) return 'superseded';
  return signal.aborted ? 'interrupted' : 'failed';
}

interface Outcome {
  readonly error: ErrorRecord | null;
  readonly unhealthy: boolean;
  readonly begun: readonly Begun[];
}

/** Target by target, then the application's own checks; only what is well as a whole becomes the last good state. */
async function carryOutEverywhere(
  context: RunContext,
  runtime: ApplicationRuntime,
  release: string,
  input: ReleaseInput,
  onStep: (step: JournalStep) => void,
): Promise<Outcome> {
  const concerned = input.run.targets.filter(isConcerned);
  const { isWhole = true } = input.run;
  const awaitsConfirmation =
    !isWhole ||
    concerned.length > 1 ||
    (runtime.declared.application?.healthChecks ?? []).length > 0;
  const carried: Unconfirmed[] = [];
  const begun: Begun[] = [];
  const failed = async (error: ErrorRecord, unhealthy: boolean): Promise<Outcome> => {
    const { approved } = input;
    const isRetry = input.trigger === 'retry';
    await afterFailedRelease(context, runtime, { isRetry, begun, error, approved, onStep });
    return { error, unhealthy, begun };
  };
  try {
    for (const item of concerned) {
      const at = { release, awaitsConfirmation, onStep };
      const outcome = await executeAt(context, runtime, item, input, at);
      runtime.ownership.add(item.target.name);
      runtime.ownership.writtenHere(context.ports.clock.monotonicMs());
      begun.push({ item, inventory: outcome.inventory });
      if (outcome.error !== null) return await failed(outcome.error, outcome.unhealthy);
      const { configuration } = input.run;
      carried.push({ ...item, key: runtime.key, inventory: outcome.inventory, configuration });
    }
    const error = await applicationHealthError(context, runtime);
    if (error !== null) return await failed(error, true);
    if (awaitsConfirmation && isWhole) {
      for (const item of carried) await confirmGood(context.ports.hash, item);
    }
    return { error: null, unhealthy: false, begun };
  } catch (thrown) {
    return await failed(errorRecord(thrown), false);
  }
}

/** Whether there is anything to do or to find out at a target. */
function isConcerned(item: TargetPlan): boolean {
  return (
    isUnverified(item) ||
    item.plan.changes.length > 0 ||
    item.forget.length > 0 ||
    item.handedOverFrom !== null
  );
}

function executeAt(
  context: RunContext,
  runtime: ApplicationRuntime,
  item: TargetPlan,
  input: ReleaseInput,
  at: {
    readonly release: string;
    readonly awaitsConfirmation: boolean;
    readonly onStep: (step: JournalStep) => void;
  },
): ReturnType<typeof executePlan> {
  const application = runtime.declared.application;
  return executePlan({
    clock: context.ports.clock,
    waits: waitsOf(context, runtime),
    hash: context.ports.hash,
    target: item.target,
    key: runtime.key,
    identity: {
      application: runtime.key.application,
      applicationUid: applicationUidOf(context, item.inventory),
      environment: runtime.key.environment,
      installation: context.options.installation,
      repository: context.options.repository.url,
      project: application === null ? undefined : recordedProject(context.world, application),
      onRemoval: application?.onRemoval,
      release: at.release,
      seed: toInventorySeed(input.run.seed),
    },
    plan: item.plan,
    configuration: input.run.configuration,
    forget: item.forget,
    handedOver: item.handedOver,
    desired: item.desired,
    runs: item.runs,
    inventory: item.inventory,
    storedEpoch: item.storedEpoch,
    approved: input.approved,
    leftAlone: item.leftAlone ?? new Set(),
    timeouts: application?.timeouts ?? { applyMs: 60_000, healthMs: 60_000 },
    holdKeys: holdKeys(context.world, runtime),
    signal: context.signal,
    awaitsConfirmation: at.awaitsConfirmation,
    onStep: at.onStep,
    onVerifying: (seen) => {
      const what = seen === undefined || seen.sentence === '' ? '' : `: ${seen.sentence}`;
      runtime.status.say(`waiting until what changed is healthy${what}`);
      if (seen !== undefined) runtime.seen.await(item.target.name, seen);
    },
    onDeleting: (sentence) => runtime.status.say(sentence),
  });
}

function applicationUidOf(context: RunContext, inventory: Inventory | null): string {
  return inventory?.applicationUid ?? context.ports.random.uuid();
}

/** `1 created, 2 updated`; what turned out not to be needed counts as nothing. */
function describeDone(steps: readonly JournalStep[]): string {
  const done = steps.filter(({ result }) => result === 'done');
  const parts = Map.groupBy(done, ({ action }) => pastTense[action as Action]);
  if (parts.size === 0) return steps.length === 0 ? 'recorded' : 'nothing had to be done';
  return [...parts].map(([word, group]) => `${group.length} ${word}`).join(', ');
}

function describe(input: ReleaseInput): string {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, adopt: 0, run: 0 };
  for (const plan of input.run.planSet.plans)
    for (const change of plan.changes) counts[change.action] += 1;
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${count} to ${action}`);
  return `${input.trigger}: ${parts.length === 0 ? 'record only' : parts.join(', ')}`;
}
