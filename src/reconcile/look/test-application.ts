import { runOnDemand } from '../../apply/on-demand.ts';
import type { OnDemand } from '../../apply/on-demand.ts';
import type { TestOutcome, TestRequest, TestResult } from '../../control/api.ts';
import type { Change } from '../../model/plan.ts';
import type { Target } from '../../targets/target.ts';
import { testNotFound } from '../errors.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { TestOrder } from '../schedule/agenda.ts';
import type { RunContext } from './context.ts';
import { testSets } from './find-tests.ts';
import type { TestSet } from './find-tests.ts';

/** Lines of a test's output that are given. */
const logLines = 200;

/** Runs the tests that people have asked for. Each is answered, whatever comes of it. */
export async function answerTests(
  context: RunContext,
  runtime: ApplicationRuntime,
  orders: readonly TestOrder[],
): Promise<void> {
  for (const { request, answer, refuse } of orders) {
    const before = runtime.status.message;
    try {
      answer(await testApplication(context, runtime, request));
    } catch (thrown) {
      refuse(thrown);
    } finally {
      runtime.status.say(before);
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
  runtime.status.say(`running its tests, as ${actor} asks`);
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
      timeoutMs: runtime.declared.application?.timeouts.applyMs ?? 60_000,
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
