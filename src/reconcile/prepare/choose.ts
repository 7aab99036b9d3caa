import type { ApplicationConfig } from '../../model/config.ts';
import type { ErrorRecord, FairleadError } from '../../model/error.ts';
import { errorRecord, toFairleadError } from '../../model/error.ts';
import type { Hold } from '../../model/inventory.ts';
import { sameJson } from '../../model/json.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import type { Revision } from '../../model/revision.ts';
import { nameRevision, showRevision } from '../../model/revision.ts';
import type { SeedId } from '../../model/seed.ts';
import { desiredDigest } from '../../plan/digest.ts';
import { refuseUnusable } from '../../plan/unusable.ts';
import type { Target } from '../../targets/target.ts';
import { seesTheSame } from './cluster-view.ts';
import type { Held, PlannedRun, RunContext } from '../look/context.ts';
import { documentBroken, notTakenYet, quarantined } from '../errors.ts';
import type { PlanOptions } from '../look/plan-options.ts';
import { KeptPrepared } from './prepared.ts';
import { prepareKey, prepareRevision } from './prepare.ts';
import type { PrepareResult } from './prepare.ts';
import type { PastDocument } from './past-settings.ts';
import type { Prepared } from './prepared.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import { noteTaken, noteWanted } from '../look/give.ts';
import { currentRevisionOf, notFetched } from './source-trees.ts';
import type { Mistake } from '../ports.ts';

/** What is known before anything is chosen. */
export interface Situation {
  readonly hold: Hold | null;
  readonly held: readonly Held[];
  readonly wanted: readonly Target[];
  readonly seed: SeedId;
}

/** What the application should be, and why where that is not what the source says. */
export interface Choice {
  readonly prepared: Prepared | null;
  readonly revision: Revision;
  readonly configuration: string | undefined;
  readonly problem: ErrorRecord | null;
  readonly fallback: PlannedRun['fallback'];
  /** What was there before is gone back to: by a person's order, or because what came after it failed. */
  readonly goesBack: boolean;
}

/**
 * What the application should be now. Where the source's word cannot be used (it does not render, or was tried
 * and is remembered as bad), the last good release is kept up instead, and the problem is told.
 */
export async function choose(
  context: RunContext,
  runtime: ApplicationRuntime,
  situation: Situation,
  options: PlanOptions,
): Promise<Result<Choice>> {
  const { hold, held } = situation;
  const lastGood = lastGoodOf(held);
  if (runtime.declared.removal !== null || runtime.declared.application === null) {
    return success({
      prepared: null,
      ...lastGood,
      problem: null,
      fallback: 'none',
      goesBack: false,
    });
  }
  const goesBack =
    options.revision === null ? hold?.kind === 'revision' : options.goesBack === true;
  const asked = askedFor(hold, options);
  const tip = asked?.revision ?? currentRevision(context, runtime);
  if (!options.preview) runtime.wanted.look(tip ?? []);
  if (tip === null || tip.length === 0) {
    const error = notFetched(context.world, runtime.declared.application);
    return fallBack(context, runtime, lastGood, situation, error, options);
  }
  if (asked === null) {
    const { application, mistake } = runtime.declared;
    const notYet =
      (await aheadOfConfiguration(context, runtime, application, tip)) ?? unread(mistake);
    if (notYet !== null) return fallBack(context, runtime, lastGood, situation, notYet, options);
  }
  const state = asked ?? { revision: tip, configuration: undefined };
  const prepared = await usableAt(context, runtime, state, situation, options);
  const taken = prepared.ok ? [] : (prepared.taken ?? []);
  noteTaken(context, runtime, [...taken, ...(options.expected ?? [])], options);
  options.onTaken?.(taken);
  // Who is held at what was before says nothing about what has come since.
  if (prepared.ok && asked === null && !options.preview)
    noteWanted(context, runtime, situation.wanted, prepared.value);
  if (!options.preview) {
    // What the tip lacks may come in a commit that touches nothing else of the application.
    runtime.wanted.miss(prepared.ok ? [] : (prepared.paths ?? []));
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
    configuration: configurationBeside(tip, prepared.documentAt),
    problem: null,
    fallback: 'none',
    goesBack,
  });
}

/** What the newest commit says of who is asked cannot be used, so nothing is done that would need a yes by it; `null`: it can. */
function unread(mistake: Mistake | null): FairleadError | null {
  if (mistake === null) return null;
  const { place, message } = mistake;
  return documentBroken({
    message: `${place}: ${message}; the last good state is kept`,
    resource: place,
  });
}

/** Why the tip cannot be used yet, where the source is ahead of the configuration in force and that matters; `null`: it can. */
async function aheadOfConfiguration(
  { ahead }: RunContext,
  runtime: ApplicationRuntime,
  application: ApplicationConfig,
  tip: Revision,
): Promise<FairleadError | null> {
  try {
    const changed = await ahead.changes(runtime, application, tip);
    if (changed === null) return null;
    return notTakenYet({
      message: `the newest commit ${changed}, and its configuration is being taken over`,
      resource: `Application/${application.name}`,
    });
  } catch (thrown) {
    return toFairleadError(thrown);
  }
}

/** A revision, with the commit of the configuration that goes with it where it has none itself. */
interface State {
  readonly revision: Revision;
  readonly configuration: string | undefined;
}

/** What a person asked for: to be planned, or to be stayed at. */
function askedFor(hold: Hold | null, options: PlanOptions): State | null {
  const { revision, configuration } = options;
  if (revision !== null) return { revision, configuration };
  if (hold?.kind !== 'revision' || hold.revision === null) return null;
  return { revision: hold.revision, configuration: hold.configuration };
}

/** The commit that holds the document, to be recorded beside a revision that does not say it itself. */
function configurationBeside(revision: Revision, documentAt: string | null): string | undefined {
  const own = revision.find(({ source }) => source === '');
  return documentAt === own?.commit ? undefined : (documentAt ?? undefined);
}

function lastGoodOf(held: readonly Held[]): State {
  const recorded = held.find((item) => item.inventory !== null)?.inventory ?? null;
  return { revision: recorded?.revision ?? [], configuration: recorded?.configuration };
}

/**
 * The last good release instead of what the source says and what cannot be made of what is there, for the reason given.
 * A failure where there is none, or where it is the very same.
 */
export async function chooseLastGood(
  context: RunContext,
  runtime: ApplicationRuntime,
  situation: Situation,
  options: PlanOptions,
  { refused, reason }: { readonly refused: Revision; readonly reason: FairleadError },
): Promise<Result<Choice>> {
  const lastGood = lastGoodOf(situation.held);
  if (sameJson(lastGood.revision, refused)) return failure(reason);
  return fallBack(context, runtime, lastGood, situation, reason, options);
}

async function fallBack(
  context: RunContext,
  runtime: ApplicationRuntime,
  lastGood: State,
  situation: Situation,
  error: FairleadError,
  options: PlanOptions,
  refused: Prepared | null = null,
): Promise<Result<Choice>> {
  if (lastGood.revision.length === 0) return failure(error);
  const prepared = await preparedAt(context, runtime, lastGood, situation, options);
  // Without the last good state there is nothing safe to do: the first problem is the one to tell.
  if (!prepared.ok) return failure(error);
  if (refused !== null && !options.preview)
    runtime.wanted.keep(new KeptPrepared(refused, context.ports.packer));
  return success({
    prepared: prepared.value,
    ...lastGood,
    problem: errorRecord(error),
    fallback: refused === null ? 'broken' : 'quarantined',
    goesBack: refused !== null,
  });
}

/** With the commit whose document it was prepared with; `null`: nobody knows. */
type PreparedAt =
  | (Extract<PrepareResult, { ok: true }> & { readonly documentAt: string | null })
  | Extract<PrepareResult, { ok: false }>;

/** Prepared, and such that it can be planned: an empty folder is as good a reason to keep the last good state as a broken one. */
async function usableAt(
  context: RunContext,
  runtime: ApplicationRuntime,
  state: State,
  situation: Situation,
  options: PlanOptions,
): Promise<PreparedAt> {
  const prepared = await preparedAt(context, runtime, state, situation, options);
  if (!prepared.ok) return prepared;
  const { byTarget, paths } = prepared.value;
  const policy = { allowEmpty: runtime.declared.application?.allowEmpty ?? false, removal: null };
  for (const { target, wanted, inventory } of situation.held) {
    if (!wanted) continue;
    const desired = byTarget.get(target.name) ?? [];
    const input = { ...runtime.key, target: target.name, revision: state.revision };
    const usable = refuseUnusable({ ...input, desired, inventory }, policy);
    if (!usable.ok) return { ok: false, error: usable.error, paths };
  }
  return prepared;
}

async function preparedAt(
  context: RunContext,
  runtime: ApplicationRuntime,
  { revision, configuration }: State,
  { wanted: targets, seed }: Situation,
  options: PlanOptions,
): Promise<PreparedAt> {
  const { application: now } = runtime.declared;
  if (now === null) throw new Error('an application that was removed has nothing to render');
  let document: PastDocument;
  try {
    document = await context.pastSettings.at(now, revision, configuration);
  } catch (thrown) {
    return failure(toFairleadError(thrown));
  }
  const { application, commit: documentAt } = document;
  const key = prepareKey({ application, revision, targets, seed, world: context.world });
  const last = runtime.wanted.prepared;
  // A secret can change without a commit, so what refers to one is prepared anew each time.
  if (last?.key === key && !last.refersToSecrets && (await seesTheSame(last, targets)))
    return { ok: true, value: last.whole(!options.preview), documentAt };
  const prepared = await prepareRevision({
    ports: context.ports,
    world: context.world,
    application,
    key: runtime.key,
    revision,
    targets,
    seed,
    expected: options.expected,
  });
  if (prepared.ok && !options.preview) {
    runtime.wanted.keep(new KeptPrepared(prepared.value, context.ports.packer));
    context.onPrepared(runtime);
  }
  return prepared.ok ? { ...prepared, documentAt } : prepared;
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
    // Another controller has seen it work since, and recorded that beside what was remembered here.
    if (digest === item.inventory?.verified) continue;
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
  return currentRevisionOf(context.world, runtime.declared.application ?? { source: '' });
}
