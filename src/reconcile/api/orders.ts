import type { RollbackRequest, SyncOutcome, TestOutcome, TestRequest } from '../../control/api.ts';
import type { Hold } from '../../model/inventory.ts';
import type { Release } from '../../model/release.ts';
import { unwrap } from '../../model/result.ts';
import type { Revision } from '../../model/revision.ts';
import { showRevision } from '../../model/revision.ts';
import { approvalOf } from '../../release/approval.ts';
import { earlierRelease } from '../../release/earlier.ts';
import type { Target } from '../../targets/target.ts';
import type { Engine } from '../engine.ts';
import { noHooksToLeaveOut, nothingToRollBackTo, planAmbiguous, planNotFound } from '../errors.ts';
import { holdKeys, saveHold } from '../look/holds.ts';
import { historyOf } from '../history.ts';
import { targetNamesOf } from '../declared.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { RunRequest } from '../schedule/agenda.ts';
import { currentRevisionOf } from '../prepare/source-trees.ts';

/** What a person orders: sync, approve, hold, roll back, resume. */

/** Every target where the application is wanted or owned. */
export async function targetsOf(
  engine: Engine,
  runtime: ApplicationRuntime,
): Promise<readonly Target[]> {
  const names = new Set([...targetNamesOf(runtime.declared), ...runtime.ownership.targets]);
  return Promise.all([...names].map(async (name) => engine.world.target(name)));
}

/** Resolves a commit, branch or tag in the application's source; `null` for `null`. */
async function resolveRevision(
  engine: Engine,
  runtime: ApplicationRuntime,
  reference: string | null,
): Promise<Revision | null> {
  if (reference === null || runtime.declared.application === null) return null;
  const source = engine.world.source(runtime.declared.application.source);
  const main = unwrap(await source.resolve(reference));
  // The name is one of the source with its path; the others stay as they are.
  const now = currentRevisionOf(engine.world, runtime.declared.application) ?? [];
  return [main, ...now.slice(1)];
}

/** @throws FairleadError `removal.no-hooks` where nothing is to be run because the application leaves a target. */
export async function requireHooks(engine: Engine, runtime: ApplicationRuntime): Promise<void> {
  const stays = runtime.declared.removal === null ? targetNamesOf(runtime.declared) : [];
  for (const target of await targetsOf(engine, runtime)) {
    if (stays.includes(target.name)) continue;
    const inventory = await target.ledger.load(runtime.key);
    if (inventory !== null && (target.removalRuns?.(inventory) ?? []).length > 0) return;
  }
  const why =
    runtime.declared.removal === null
      ? 'is not being removed'
      : 'has no delete hook, or none that is left';
  throw noHooksToLeaveOut({ message: `${runtime.id} ${why}`, resource: runtime.id });
}

/** Asks for a run and waits for its answer. */
export function ask(
  engine: Engine,
  runtime: ApplicationRuntime,
  request: Omit<RunRequest, 'answer'>,
): Promise<SyncOutcome> {
  return new Promise((resolve) => {
    runtime.agenda.request({ ...request, answer: resolve });
    engine.trigger(runtime.id, request.trigger);
  });
}

/** Has the tests run when nothing else is under way, and waits for how they end. */
export function askForTests(
  engine: Engine,
  runtime: ApplicationRuntime,
  request: TestRequest,
): Promise<TestOutcome> {
  return new Promise((answer, refuse) => {
    runtime.agenda.requestTests({ request, answer, refuse });
    engine.queue.add(runtime.id);
  });
}

/**
 * Records a yes to the plan that waits with this digest, or an unambiguous prefix of it; the release follows by itself.
 * @throws FairleadError `plan.not-found`, `plan.ambiguous`
 */
export async function approve(
  engine: Engine,
  digits: string,
  actor: string,
): Promise<{
  readonly application: string;
  readonly environment: string;
  readonly digest: string;
}> {
  const wanted = digits.replace(/^sha256:/, '');
  const matches = [...engine.applications.values()].filter(
    (runtime) =>
      wanted.length >= 8 &&
      runtime.pending.plan !== null &&
      runtime.pending.plan.digest.slice(7).startsWith(wanted),
  );
  const [runtime] = matches;
  if (runtime?.pending.plan == null)
    throw planNotFound({ message: `no waiting plan begins with ${digits}`, resource: digits });
  if (matches.length > 1) {
    throw planAmbiguous({
      message: `${digits} fits ${matches.map((match) => match.id).join(' and ')}`,
      resource: digits,
    });
  }
  const { plan } = runtime.pending;
  await engine.journal.putApproval(approvalOf(plan, actor, engine.ports.clock.nowMs()));
  engine.journal.emit({
    type: 'plan.approved',
    ...runtime.key,
    actor,
    message: `${actor} approved ${plan.digest.slice(7, 19)}`,
    data: { digest: plan.digest },
  });
  engine.trigger(runtime.id, 'approval');
  return { ...runtime.key, digest: plan.digest };
}

/** Keeps an order at every target of the application, so that it holds without this controller, too. */
export async function setHold(
  engine: Engine,
  runtime: ApplicationRuntime,
  order: {
    kind: Hold['kind'];
    revision: Revision | null;
    configuration?: string | undefined;
    reason: string;
    actor: string;
    expiresAtMs: number | null;
  },
): Promise<Hold> {
  const hold: Hold = {
    key: runtime.key,
    kind: order.kind,
    revision: order.revision,
    ...(order.configuration === undefined ? {} : { configuration: order.configuration }),
    reason: order.reason,
    by: order.actor,
    atMs: engine.ports.clock.nowMs(),
    expiresAtMs: order.expiresAtMs,
  };
  const keys = holdKeys(engine.world, runtime);
  for (const { ledger } of await targetsOf(engine, runtime)) await saveHold(ledger, keys, hold);
  const what = hold.revision === null ? 'on hold' : `held at ${showRevision(hold.revision)}`;
  engine.journal.emit({
    type: 'hold.set',
    ...runtime.key,
    actor: hold.by,
    message: `${what}: ${hold.reason}`,
  });
  return hold;
}

/** Ends the hold at every target, and looks again. */
export async function resume(
  engine: Engine,
  runtime: ApplicationRuntime,
  actor: string,
): Promise<{ readonly ended: Hold | null }> {
  const keys = holdKeys(engine.world, runtime);
  let ended: Hold | null = null;
  for (const { ledger } of await targetsOf(engine, runtime)) {
    for (const key of keys) ended ??= await ledger.loadHold(key);
    await saveHold(ledger, keys, null);
  }
  if (ended !== null)
    engine.journal.emit({
      type: 'hold.ended',
      ...runtime.key,
      actor,
      message: `${actor} ended the hold: ${ended.reason}`,
    });
  engine.trigger(runtime.id, 'manual');
  return { ended };
}

/**
 * Goes back and holds there; the hold is what keeps the next look from going forward again.
 * @throws FairleadError `release.nothing-before`
 */
export async function rollback(
  engine: Engine,
  runtime: ApplicationRuntime,
  request: RollbackRequest,
): Promise<SyncOutcome> {
  const state =
    (await stateOf(engine, runtime, request.to)) ?? (await earlierState(engine, runtime));
  await setHold(engine, runtime, { ...request, kind: 'revision', ...state });
  return ask(engine, runtime, {
    actor: request.actor,
    reason: request.reason,
    agreed: request.approve,
    retryQuarantined: false,
    trigger: 'rollback',
  });
}

/** What can be planned, gone back to and stayed at. */
type PastState = Pick<Release, 'revision' | 'configuration'>;

/**
 * The state that a release id, or a commit, branch or tag of the application's source stands for. A commit that was
 * released goes with the configuration of its last release that ended well. `null` for `null`.
 * @throws FairleadError where the source has no such name
 */
export async function stateOf(
  engine: Engine,
  runtime: ApplicationRuntime,
  reference: string | null,
): Promise<PastState | null> {
  if (reference === null) return null;
  const history = await releasesOf(engine, runtime);
  const release = history.find(({ id }) => id === reference);
  if (release !== undefined) return pastStateOf(release);
  const revision = await resolveRevision(engine, runtime, reference);
  if (revision === null) return null;
  const [main] = revision;
  const last = history.find(
    (one) => one.outcome === 'succeeded' && one.revision[0]?.commit === main?.commit,
  );
  return pastStateOf({ revision, configuration: last?.configuration });
}

/** The state before the one that is live. */
async function earlierState(engine: Engine, runtime: ApplicationRuntime): Promise<PastState> {
  const earlier = earlierRelease(await releasesOf(engine, runtime));
  if (earlier !== null) return pastStateOf(earlier);
  throw nothingToRollBackTo({
    message: `${runtime.id} has no earlier release on another revision`,
    resource: runtime.id,
  });
}

function pastStateOf(one: {
  readonly revision: Revision;
  readonly configuration?: string | undefined;
}): PastState {
  const { revision, configuration } = one;
  return configuration === undefined ? { revision } : { revision, configuration };
}

function releasesOf(engine: Engine, { key }: ApplicationRuntime): Promise<readonly Release[]> {
  return historyOf(engine.ports.store, engine.world, { ...key, limit: 1_000 });
}
