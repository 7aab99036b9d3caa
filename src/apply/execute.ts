import type { Hasher } from '../model/digest.ts';
import { errorRecord, toFairleadError } from '../model/error.ts';
import type { ErrorRecord, FairleadError } from '../model/error.ts';
import { inventoryKey } from '../model/inventory.ts';
import type { Inventory, InventoryEntry, InventoryKey } from '../model/inventory.ts';
import type { Change, Plan } from '../model/plan.ts';
import type { JournalStep } from '../model/release.ts';
import type { Desired } from '../model/resource.ts';
import { stagesOf } from '../plan/order.ts';
import type { Stage } from '../plan/order.ts';
import { placeOf } from '../plan/place.ts';
import type { Clock } from '../system/clock.ts';
import type { Applied, Target } from '../targets/target.ts';
import { carryOut } from './effect.ts';
import type { EffectContext, EffectOutcome } from './effect.ts';
import { cancelled, healthMissed, heldMeanwhile } from './errors.ts';
import { endedUnseen } from './ended-unseen.ts';
import { fenceOf } from './fence.ts';
import { holdInForce } from './hold.ts';
import { awaitHealth } from './health-wait.ts';
import type { Awaited } from './health-wait.ts';
import { announce, entryFor, settle } from './inventory.ts';
import type { ReleaseIdentity } from './inventory.ts';
import { inTurn, tidyUp } from './tidy.ts';
import type { Ran } from './tidy.ts';
import type { Waits } from './waits.ts';

/** Effects of one stage that run at the same time. */
const parallelEffects = 8;

/** One approved plan for one target, with all that carrying it out needs. */
export interface ExecuteInput {
  readonly clock: Clock;
  /** How it waits. */
  readonly waits: Waits;
  readonly hash: Hasher;
  readonly target: Target;
  readonly key: InventoryKey;
  readonly identity: ReleaseIdentity;
  readonly plan: Plan;
  /** Commit of the configuration that is recorded with a state that is well; see `Inventory.configuration`. */
  readonly configuration?: string | undefined;
  /** Places that only leave the record. */
  readonly forget: readonly string[];
  /** Of these, what goes on at another place: it stays on record until that is confirmed. Default: nothing. */
  readonly handedOver?: ReadonlyMap<string, string> | undefined;
  readonly desired: readonly Desired[];
  /** What is run before and after everything goes. Default: nothing. */
  readonly runs?: readonly Desired[];
  /** The inventory the plan was made on; another one at the target by now is a conflict. */
  readonly inventory: Inventory | null;
  /** Epoch stored under this key when the plan was made; `null`: none (first release, or handed over by a rename). */
  readonly storedEpoch: number | null;
  readonly approved: ReadonlySet<string>;
  /** Places that are not as they should be and stay so for now: their health is not awaited. Default: none. */
  readonly leftAlone?: ReadonlySet<string>;
  readonly timeouts: { readonly applyMs: number; readonly healthMs: number };
  /**
   * More must be well than this plan (other targets, the application's own checks) before its state counts as good;
   * `confirmGood` then records it. Default false.
   */
  readonly awaitsConfirmation?: boolean;
  /**
   * Names under which a hold may be kept, its own first; a freeze set meanwhile under one of them stops the release before
   * its next stage.
   */
  readonly holdKeys: readonly InventoryKey[];
  readonly signal: AbortSignal;
  readonly onStep: (step: JournalStep) => void;
  /** Effects are done and health is awaited, with what was seen of it so far; for the state shown. */
  readonly onVerifying: (seen?: Awaited) => void;
  /** A deletion takes its time, for this reason, as a sentence; for the state shown. Default: nobody wants to know. */
  readonly onDeleting?: (sentence: string) => void;
}

/** How it ended; what was confirmed until then is in the inventory either way. */
export interface ExecuteOutcome {
  /** The first error; `null`: all changes are live and healthy. */
  readonly error: ErrorRecord | null;
  /** Whether it failed by health rather than by a change that could not be made. */
  readonly unhealthy: boolean;
  /** What the target's ledger holds now. */
  readonly inventory: Inventory;
}

/**
 * Carries out a plan at one target: announce in the inventory, then stage by stage, each wave healthy before the
 * next, deletes last, then settle the inventory. Stops before the next stage at the first error; what was
 * confirmed until then is recorded.
 *
 * @throws FairleadError when the announcement itself cannot be written; nothing has been touched then.
 */
export async function executePlan(input: ExecuteInput): Promise<ExecuteOutcome> {
  const { target, key, plan, desired, hash, runs = [], waits } = input;
  const announced = announce(input.identity, input.inventory, plan, desired, hash);
  await target.ledger.save(key, announced, input.storedEpoch);

  const made = new Map<string, Applied>();
  const { handedOver = new Map<string, string>() } = input;
  const changing = new Set(plan.changes.map(placeOf));
  const gone = new Set(input.forget.filter((place) => !handedOver.has(place)));
  // What is there may still be the former one: without its record nobody would know it for ours.
  const confirmed = () => {
    const taken = [...handedOver].filter(([, to]) => made.has(to) || !changing.has(to));
    return { made, gone: new Set([...gone, ...taken.map(([former]) => former)]) };
  };
  const context: EffectContext = {
    clock: input.clock,
    target,
    key,
    applicationUid: input.identity.applicationUid,
    approved: input.approved,
    prerequisites: plan.prerequisites ?? [],
    fence: fenceOf(target, key, announced),
    timeoutMs: input.timeouts.applyMs,
    signal: input.signal,
    onStep: input.onStep,
    ...(input.onDeleting !== undefined && { onDeleting: input.onDeleting }),
  };
  let error: FairleadError | null = null;
  let waveMembers: Desired[] = [];
  const unseen = endedUnseen(input);
  const expected = desired.filter((item) => input.leftAlone?.has(placeOf(item)) !== true);
  const all = [...desired, ...runs];
  const desiredByPlace = new Map(all.map((item) => [placeOf(item), item]));
  const entries = new Map((input.inventory?.entries ?? []).map((entry) => [placeOf(entry), entry]));
  const known = { desired: desiredByPlace, entries };
  const ran: Ran[] = [];
  // What has run is not run again by who goes on after a crash.
  const checkpoint = inTurn(() =>
    target.ledger.save(key, settle(announced, confirmed(), all, null, hash), announced.epoch),
  );
  for (const stage of stagesOf(plan.changes)) {
    error = await mayGoOn(input);
    if (error !== null) break;
    const run = (): Promise<FairleadError | null> =>
      runStage(context, stage, known, made, gone, async (change, applied) => {
        await checkpoint();
        if (applied !== null) ran.push({ change, applied });
      });
    // Programs and Jobs take their time, and all that is done here is to wait for them.
    const onlyRuns = stage.changes.every(({ action }) => action === 'run');
    error = await (onlyRuns ? waits.aside(run) : run());
    if (error !== null) break;
    if (stage.kind === 'delete') continue;
    waveMembers.push(
      ...stage.changes
        .filter(({ moment }) => moment === undefined)
        .flatMap((change) => desiredByPlace.get(placeOf(change)) ?? []),
    );
    if (!stage.endsWave) continue;
    input.onVerifying();
    // What an earlier release changed last and nobody saw healthy counts as changed by this one.
    const members = unseen ? expected.filter(({ wave }) => wave <= stage.wave) : waveMembers;
    const reached = await waitForWave(input, members, entries, made);
    if ('uids' in reached) {
      for (const [place, uid] of reached.uids)
        if (made.get(place)?.uid !== uid) made.set(place, stillAs(uid, entries.get(place)));
      waveMembers = [];
    } else {
      error = reached;
      break;
    }
  }
  if (error === null && (plan.changes.length === 0 || unseen)) {
    // Nothing is left to change, but whether all of it works was never known.
    input.onVerifying();
    const reached = await waitForWave(input, expected, entries, made);
    if (!('uids' in reached)) error = reached;
  }
  const untidy = await tidyUp(context, ran, gone);
  error ??= untidy;
  const unhealthy = error?.code === healthMissed.definition.code;
  const { configuration, awaitsConfirmation = false } = input;
  const good = error === null && !awaitsConfirmation ? { ...plan, configuration } : null;
  const settled = settle(announced, confirmed(), all, good, hash);
  try {
    await target.ledger.save(key, settled, announced.epoch);
  } catch (thrown) {
    // The effects happened; the record still says old ∪ new, so the next plan finds and records them.
    return {
      error: errorRecord(error ?? toFairleadError(thrown)),
      unhealthy,
      inventory: announced,
    };
  }
  return { error: error === null ? null : errorRecord(error), unhealthy, inventory: settled };
}

/** What is there under this UID now, with what was recorded of it where it is still the same thing. */
function stillAs(uid: string, entry: InventoryEntry | undefined): Applied {
  const isSame = entry?.uid === uid && entry.baseline !== undefined;
  return isSame ? { uid, baseline: entry.baseline } : { uid };
}

async function runStage(
  context: EffectContext,
  stage: Stage,
  known: {
    readonly desired: ReadonlyMap<string, Desired>;
    readonly entries: ReadonlyMap<string, InventoryEntry>;
  },
  made: Map<string, Applied>,
  gone: Set<string>,
  onRun: (change: Change, applied: Applied | null) => Promise<void>,
): Promise<FairleadError | null> {
  const failures: { readonly at: number; readonly error: FairleadError }[] = [];
  const record = async (at: number, change: Change, outcome: EffectOutcome): Promise<void> => {
    const place = placeOf(change);
    if (outcome.kind === 'failed') {
      failures.push({ at, error: outcome.error });
      return;
    }
    if (outcome.kind === 'gone') gone.add(place);
    else made.set(place, outcome.applied);
    if (change.action !== 'run' || known.desired.get(place)?.occasion === undefined) return;
    try {
      await onRun(change, outcome.kind === 'gone' ? null : outcome.applied);
    } catch (thrown) {
      failures.push({ at, error: toFairleadError(thrown) });
    }
  };
  const queue = stage.changes.entries();
  const worker = async (): Promise<void> => {
    for (const [at, change] of queue) {
      // A sibling's failure stops what has not begun; what is under way ends by itself.
      if (failures.length > 0) return;
      const place = placeOf(change);
      const desired = known.desired.get(place) ?? null;
      await record(
        at,
        change,
        await carryOut(context, change, desired, known.entries.get(place) ?? null),
      );
    }
  };
  const workers = Math.min(parallelEffects, stage.changes.length);
  await Promise.all(Array.from({ length: workers }, worker));
  // They begin in the order of the plan, so the first one in it that fails is the same in whichever order they end.
  return failures.toSorted((one, other) => one.at - other.at)[0]?.error ?? null;
}

async function waitForWave(
  input: ExecuteInput,
  resources: readonly Desired[],
  entries: ReadonlyMap<string, InventoryEntry>,
  made: ReadonlyMap<string, Applied>,
): ReturnType<typeof awaitHealth> {
  try {
    return await awaitHealth({
      clock: input.clock,
      waits: input.waits,
      target: input.target,
      key: input.key,
      resources,
      recorded: (item) => {
        const applied = made.get(placeOf(item));
        return applied === undefined
          ? (entries.get(placeOf(item)) ?? null)
          : entryFor(input.hash, item, applied);
      },
      timeoutMs: input.timeouts.healthMs,
      signal: input.signal,
      onWaiting: input.onVerifying,
    });
  } catch (thrown) {
    return input.signal.aborted
      ? stopped(input, 'while it waited for health')
      : toFairleadError(thrown);
  }
}

async function mayGoOn(input: ExecuteInput): Promise<FairleadError | null> {
  const resource = inventoryKey(input.key);
  if (input.signal.aborted) return stopped(input, 'before its next change');
  try {
    const hold = await holdInForce(input.holdKeys, [input.target], input.clock.nowMs());
    if (hold?.kind !== 'freeze') return null;
    const message = `${resource} was put on hold by ${hold.by}: ${hold.reason}`;
    return heldMeanwhile({ message, resource });
  } catch (thrown) {
    return toFairleadError(thrown);
  }
}

function stopped(input: ExecuteInput, when: string): FairleadError {
  const resource = inventoryKey(input.key);
  return cancelled({ message: `stopped ${resource} ${when}`, resource });
}
