import { runOnDemand } from '../../apply/on-demand.ts';
import type { OnDemand } from '../../apply/on-demand.ts';
import type { TestOutcome, TestRequest, TestResult } from '../../control/api.ts';
import type { ApplicationConfig } from '../../model/config.ts';
import { errorFromRecord } from '../../model/error.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Change } from '../../model/plan.ts';
import { showResource } from '../../model/resource.ts';
import type { Desired } from '../../model/resource.ts';
import { planOnDemand } from '../../plan/change.ts';
import { failure, success, unwrap } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import type { Revision } from '../../model/revision.ts';
import { desiredDigest } from '../../plan/digest.ts';
import { placeOf } from '../../plan/plan.ts';
import { refusalOf } from '../../plan/refusal.ts';
import type { Target } from '../../targets/target.ts';
import type { RunContext } from './context.ts';
import { testNeedsYes, testNotFound, testNotReleased, testRefused } from '../errors.ts';
import { foreignReason } from './foreign.ts';
import { currentRevision } from '../prepare/choose.ts';
import { prepareRevision } from '../prepare/prepare.ts';
import type { ApplicationRuntime, TestOrder } from '../runtime.ts';
import { seedIdOf } from '../prepare/seed.ts';

/** Lines of a test's output that are given. */
const logLines = 200;

/** Tests of one target, ready to run. */
interface TestSet {
  readonly target: Target;
  readonly inventory: Inventory;
  readonly revision: Revision;
  readonly runs: readonly { readonly change: Change; readonly item: Desired }[];
}

/** Runs the tests that people have asked for. Each is answered, whatever comes of it. */
export async function answerTests(
  context: RunContext,
  runtime: ApplicationRuntime,
  orders: readonly TestOrder[],
): Promise<void> {
  for (const { request, answer, refuse } of orders) {
    const before = runtime.message;
    try {
      answer(await testApplication(context, runtime, request));
    } catch (thrown) {
      refuse(thrown);
    } finally {
      runtime.message = before;
    }
  }
}

/**
 * Runs the tests of what is live, which need not be what the source says now. All of them are looked at before the first
 * runs. Whoever asks has agreed to what they do by asking.
 * @throws FairleadError `test.*`, `target.*`, `render.*`
 */
async function testApplication(
  context: RunContext,
  runtime: ApplicationRuntime,
  request: TestRequest,
): Promise<TestOutcome> {
  const { journal, ports } = context;
  const sets = await testSets(context, runtime, request);
  const all = sets.flatMap(({ target, runs }) => runs.map(({ item }) => ({ target, item })));
  if (all.length === 0)
    throw testNotFound({ message: `${runtime.id} has no tests`, resource: runtime.id });
  const { actor } = request;
  journal.emit({
    type: 'test.started',
    ...runtime.key,
    actor,
    message: `${actor} runs its tests (${all.length})`,
    data: { tests: all.length },
  });
  runtime.message = `running its tests, as ${actor} asks`;
  const results: TestResult[] = [];
  for (const set of sets) {
    if (results.some(({ result }) => result === 'failed')) break;
    results.push(...(await runSet(context, runtime, set, request)));
  }
  const skipped = all.slice(results.length).map(({ target, item }): TestResult => ({
    target: target.name,
    id: item.id,
    result: 'not-run',
    message: 'one before it failed',
    tookMs: null,
    logs: [],
  }));
  const failed = results.find(({ result }) => result === 'failed');
  const passed = results.filter(({ result }) => result === 'passed').length;
  journal.emit({
    type: 'test.ended',
    ...runtime.key,
    actor,
    message: `${passed} of ${all.length} tests passed${failed === undefined ? '' : `: ${failed.message}`}`,
    data: { outcome: failed === undefined ? 'succeeded' : 'failed', reason: request.reason },
  });
  await journal.flush();
  ports.log.debug('tests have run', { application: runtime.id, passed });
  return { revision: sets[0]?.revision ?? [], tests: [...results, ...skipped] };
}

async function testSets(
  context: RunContext,
  runtime: ApplicationRuntime,
  request: TestRequest,
): Promise<readonly TestSet[]> {
  if (context.readOnlyReason() !== '')
    throw testRefused({ message: context.readOnlyReason(), resource: runtime.id });
  const sets: TestSet[] = [];
  for (const name of runtime.environment?.targets ?? []) {
    const target = await context.world.target(name);
    const inventory = await target.ledger.load(runtime.key);
    await refuseHeld(context, runtime, target, inventory);
    if (inventory === null || inventory.revision.length === 0) continue;
    sets.push(await testSet(context, runtime, target, inventory, request));
  }
  if (sets.length === 0) {
    const message = `${runtime.id} has no release that ended well`;
    throw testNotReleased({ message, resource: runtime.id });
  }
  return sets;
}

async function refuseHeld(
  context: RunContext,
  runtime: ApplicationRuntime,
  target: Target,
  inventory: Inventory | null,
): Promise<void> {
  const foreign =
    inventory === null || context.adoptForeign() ? null : foreignReason(inventory, context.options);
  if (foreign !== null) throw testRefused({ message: foreign, resource: runtime.id });
  const hold = await target.ledger.loadHold(runtime.key);
  if (hold?.kind !== 'freeze') return;
  if (hold.expiresAtMs !== null && hold.expiresAtMs <= context.ports.clock.nowMs()) return;
  throw testRefused({
    message: `${runtime.id} is on hold by ${hold.by}: ${hold.reason}`,
    resource: runtime.id,
  });
}

async function testSet(
  context: RunContext,
  runtime: ApplicationRuntime,
  target: Target,
  inventory: Inventory,
  request: TestRequest,
): Promise<TestSet> {
  const { ports, signal } = context;
  const { key } = runtime;
  const { revision, tests } = await testsOf(context, runtime, target, inventory);
  const entries = new Map(inventory.entries.map((entry) => [placeOf(entry), entry]));
  const references = tests.map((item) => {
    const recorded = entries.get(placeOf(item)) ?? null;
    return {
      id: item.id,
      locator: item.locator,
      uid: recorded?.uid ?? null,
      desired: item,
      recorded,
    };
  });
  const seen =
    tests.length === 0 ? [] : await target.read(key, references, signal, { isDue: true });
  const runs = tests.map((item, at) => {
    const observation = seen[at];
    if (observation === undefined) throw new Error(`nobody looked at ${showResource(item.id)}`);
    if (observation.kind === 'unreadable') throw errorFromRecord(observation.error);
    const refusal = refusalOf(item, observation);
    if (refusal !== null) throw refusal;
    const none = { entry: null, movedFrom: null, renamedFrom: null };
    const input = { item, ...none, observation, targetUid: target.uid, revision, hash: ports.hash };
    const change = planOnDemand(input);
    if (change.displaces !== undefined && request.displace !== true) {
      throw testNeedsYes({
        message: `${showResource(item.id)} is already there, ${change.displaces.words}; it would be deleted before the test runs`,
        resource: showResource(item.id),
      });
    }
    return { change, item };
  });
  return { target, inventory, revision, runs };
}

/**
 * The tests of what is live: of the newest revision that is like it, so that a test can be committed by itself, else of the
 * one that was released last.
 */
async function testsOf(
  context: RunContext,
  runtime: ApplicationRuntime,
  target: Target,
  inventory: Inventory,
): Promise<{ readonly revision: Revision; readonly tests: readonly Desired[] }> {
  const { ports, world } = context;
  const { application, key } = runtime;
  if (application === null)
    throw testNotReleased({ message: `${runtime.id} is being removed`, resource: runtime.id });
  const seed = seedIdOf(key, [inventory], ports.clock.nowMs());
  const preparedAt = async (
    revision: Revision,
    as: ApplicationConfig,
  ): Promise<Result<readonly Desired[]>> => {
    const common = { ports, world, application: as, key, revision, seed };
    const prepared = await prepareRevision({ ...common, targets: [target], runsTests: true });
    return prepared.ok
      ? success(prepared.value.byTarget.get(target.name) ?? [])
      : failure(prepared.error);
  };
  const tip = currentRevision(context, runtime);
  if (tip !== null && tip.length > 0) {
    const newest = await preparedAt(tip, application);
    const released = newest.ok ? newest.value.filter((item) => isReleased(item, application)) : [];
    if (newest.ok && desiredDigest(ports.hash, released) === inventory.verified)
      return { revision: tip, tests: testsIn(newest.value, application) };
  }
  const { revision, configuration } = inventory;
  const then = await context.pastSettings.at(application, revision, configuration);
  return { revision, tests: testsIn(unwrap(await preparedAt(revision, then)), then) };
}

function isTest({ occasion }: Desired): boolean {
  return occasion?.isTest === true;
}

function isReleased(item: Desired, { helm }: ApplicationConfig): boolean {
  return !isTest(item) || helm?.tests === true;
}

/** In the order in which they run. */
function testsIn(desired: readonly Desired[], application: ApplicationConfig): readonly Desired[] {
  return desired
    .filter(isTest)
    .map((item) => (isReleased(item, application) ? item : ofNoRelease(item)))
    .toSorted((left, right) => left.wave - right.wave || compare(left, right));
}

/** It is part of no release, so none takes away what it leaves. */
function ofNoRelease(item: Desired): Desired {
  return { ...item, deletion: { ...item.deletion, onlyOnRemoval: true } };
}

function compare({ rank: left = 0, id }: Desired, { rank: right = 0, id: other }: Desired): number {
  return left - right || (id.name < other.name ? -1 : 1);
}

async function runSet(
  context: RunContext,
  runtime: ApplicationRuntime,
  { target, inventory, runs }: TestSet,
  request: TestRequest,
): Promise<readonly TestResult[]> {
  const { ports, signal } = context;
  const results: TestResult[] = [];
  const failedLogs = new Map<string, readonly string[]>();
  const logs = (change: Change): Promise<readonly string[]> =>
    outputOf(target, runtime, change, signal);
  let startedMs = ports.clock.monotonicMs();
  const input: OnDemand = {
    context: {
      clock: ports.clock,
      target,
      key: runtime.key,
      applicationUid: inventory.applicationUid,
      approved: new Set(runs.map(({ change }) => change.digest)),
      timeoutMs: runtime.application?.timeouts.applyMs ?? 60_000,
      signal,
      onStep: ({ result }) => {
        if (result === 'started') startedMs = ports.clock.monotonicMs();
      },
      onDemandFailed: async (change) => void failedLogs.set(change.digest, await logs(change)),
    },
    hash: ports.hash,
    runs,
    inventory,
    release: `test-${ports.clock.nowMs().toString(36)}`,
    onEnded: async (change, error) => {
      const tookMs = Math.round(ports.clock.monotonicMs() - startedMs);
      const passed = error === null;
      results.push({
        target: target.name,
        id: change.id,
        result: passed ? 'passed' : 'failed',
        message: error?.message ?? '',
        tookMs,
        logs:
          passed && request.logs === true
            ? await logs(change)
            : (failedLogs.get(change.digest) ?? []),
      });
    },
  };
  // Whoever only waits for programs holds up nobody.
  await context.queue.aside(runtime.id, () => runOnDemand(input));
  return results;
}

/** The end of what a test wrote. That it cannot be had hides no result. */
async function outputOf(
  target: Target,
  { key }: ApplicationRuntime,
  { id }: Change,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines: string[] = [];
  try {
    const output = target.logs?.(key, id, { tail: logLines, follow: false, signal });
    for await (const line of output ?? []) lines.push(line);
  } catch (thrown) {
    lines.push(
      `its output could not be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
  return lines;
}
