import type { TestRequest } from '../../control/api.ts';
import type { ApplicationConfig } from '../../model/config.ts';
import { errorFromRecord } from '../../model/error.ts';
import type { Inventory } from '../../model/inventory.ts';
import type { Change } from '../../model/plan.ts';
import { showResource } from '../../model/resource.ts';
import type { Desired } from '../../model/resource.ts';
import { failure, success, unwrap } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import type { Revision } from '../../model/revision.ts';
import { planOnDemand } from '../../plan/change.ts';
import { desiredDigest } from '../../plan/digest.ts';
import { placeOf } from '../../plan/place.ts';
import { refusalOf } from '../../plan/refusal.ts';
import type { Target } from '../../targets/target.ts';
import { testNeedsYes, testNotReleased, testRefused } from '../errors.ts';
import { currentRevision } from '../prepare/choose.ts';
import { prepareRevision } from '../prepare/prepare.ts';
import { seedIdOf } from '../prepare/seed.ts';
import { targetNamesOf } from '../declared.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { RunContext } from './context.ts';
import { foreignReason } from './foreign.ts';

/** Tests of one target, ready to run. */
export interface TestSet {
  readonly target: Target;
  readonly inventory: Inventory;
  readonly revision: Revision;
  readonly runs: readonly { readonly change: Change; readonly item: Desired }[];
}

/**
 * The tests of what is live at each target, looked at and ready to run.
 * @throws FairleadError `test.refused` where nothing may run now, `test.not-released`, `test.needs-yes`, `target.*`, `render.*`
 */
export async function testSets(
  context: RunContext,
  runtime: ApplicationRuntime,
  request: TestRequest,
): Promise<readonly TestSet[]> {
  if (context.readOnlyReason() !== '')
    throw testRefused({ message: context.readOnlyReason(), resource: runtime.id });
  const sets: TestSet[] = [];
  for (const name of targetNamesOf(runtime.declared)) {
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
    const none = { entry: null, movedFrom: null, renamedFrom: null, given: null };
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
  const { key } = runtime;
  const { application } = runtime.declared;
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
  const prepared = unwrap(await preparedAt(revision, then.application));
  return { revision, tests: testsIn(prepared, then.application) };
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
