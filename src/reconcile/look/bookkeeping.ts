import { referencesFor } from '../../apply/observe.ts';
import { projectFacts, removalFacts, settle } from '../../apply/inventory.ts';
import type { Inventory } from '../../model/inventory.ts';
import { sameJson } from '../../model/json.ts';
import { placeOf } from '../../plan/place.ts';
import type { Target } from '../../targets/target.ts';
import type { PlannedRun, RunContext, TargetPlan } from './context.ts';
import { foreignReason } from './foreign.ts';
import { moveHold } from './holds.ts';
import { recordedProject } from './projects.ts';
import { forgetRuntime } from './remember.ts';
import { targetNamesOf } from '../declared.ts';
import type { ApplicationRuntime } from '../runtime.ts';

/**
 * Brings inventories up to date where nothing at the target changes: places where nothing is any more, order and
 * prune switches that moved in Git, another project, a name that was handed over, an inventory that has become empty.
 * @returns whether they are; those of a frozen application, or of another installation, stay as they are.
 */
export async function settleRecords(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<boolean> {
  // Read-only and frozen applications are not written to, not even their records.
  if (context.readOnlyReason() !== '' || runtime.pending.hold?.kind === 'freeze') return false;
  if (runtime.pending.outdated !== null) return false;
  let isUpToDate = true;
  for (const item of run.targets) {
    const { inventory, target } = item;
    if (inventory === null) continue;
    if (foreignReason(inventory, context.options) !== null && !context.adoptForeign()) {
      isUpToDate = false;
      continue;
    }
    if (item.handedOverFrom !== null) {
      await handOver(context, runtime, item, inventory);
      // What came along and is wanted no more is seen to by the next look.
      context.queue.add(runtime.id);
      continue;
    }
    const settled = settle(
      inventory,
      {
        made: new Map(),
        gone: goneFrom(context, runtime, item, inventory),
        given: new Map(item.given.map(({ place, to }) => [place, to])),
      },
      item.desired,
      null,
      context.ports.hash,
    );
    const unwanted =
      runtime.declared.removal !== null || !targetNamesOf(runtime.declared).includes(target.name);
    const former = runtime.declared.application?.previousNames ?? [];
    await dropOldNames(context, runtime, target, inventory, former);
    if (unwanted && settled.entries.length === 0) {
      await target.ledger.remove(runtime.key, inventory.epoch);
      runtime.ownership.drop(target.name);
      continue;
    }
    // What may still be made by who announced it: its record is not forgotten before that is known.
    if (runtime.declared.removal !== null) isUpToDate = false;
    const next = asConfigured(context, runtime, {
      ...settled,
      installation: context.options.installation,
      repository: context.options.repository.url,
    });
    if (!sameJson(next, inventory)) {
      await target.ledger.save(
        runtime.key,
        { ...next, epoch: inventory.epoch + 1 },
        inventory.epoch,
      );
      runtime.ownership.writtenHere(context.ports.clock.monotonicMs());
    }
  }
  return isUpToDate;
}

/** Longer than the last effect of a controller takes whose record was replaced: before each it looks whether it still is its own. */
const longestEffectMs = 60_000;

/**
 * Places where nothing is any more, but for what another controller has announced a moment ago: it may be about to make that, and
 * whoever dropped it from the record would leave it behind. It is looked at again when that can no longer be.
 */
function goneFrom(
  { ports: { clock }, queue }: RunContext,
  runtime: ApplicationRuntime,
  { forget, target }: TargetPlan,
  { entries, release }: Inventory,
): ReadonlySet<string> {
  const gone = new Set(forget);
  const announced = entries.filter(({ uid }) => uid === null).map(placeOf);
  const isOurs = release === null || release === runtime.releases.last?.id;
  if (isOurs || !announced.some((place) => gone.has(place))) return gone;
  const nowMs = clock.monotonicMs();
  const sinceMs = runtime.ownership.announcedSinceMs(target.name, release, nowMs);
  const waitMs = sinceMs + longestEffectMs - nowMs;
  if (waitMs <= 0) return gone;
  for (const place of announced) gone.delete(place);
  queue.addLater(runtime.id, waitMs);
  return gone;
}

/** As the configuration says now; of what has left it, as the record says. */
function asConfigured(
  { world }: RunContext,
  { declared: { application } }: ApplicationRuntime,
  inventory: Inventory,
): Inventory {
  if (application === null) return inventory;
  const { project: _before, actsAs: _as, onRemoval: _leaves, ...rest } = inventory;
  return {
    ...rest,
    ...projectFacts(recordedProject(world, application)),
    ...removalFacts(application.onRemoval),
  };
}

/** The application has a new name: its inventory moves under it, and nothing at the target is touched. */
async function handOver(
  context: RunContext,
  runtime: ApplicationRuntime,
  item: TargetPlan,
  inventory: Inventory,
): Promise<void> {
  const moved: Inventory = {
    ...inventory,
    epoch: item.storedEpoch === null ? inventory.epoch : item.storedEpoch + 1,
    application: runtime.key.application,
    installation: context.options.installation,
    repository: context.options.repository.url,
  };
  await item.target.ledger.save(runtime.key, moved, item.storedEpoch);
  const former = runtime.declared.application?.previousNames ?? [];
  // What the configuration says may have moved on: the name it came from is certain.
  const names = item.handedOverFrom === null ? former : [...former, item.handedOverFrom];
  await dropOldNames(context, runtime, item.target, moved, names);
}

/**
 * Forgets what is still recorded under a former name, now that the inventory under the new one is durable; a hold goes over,
 * and what had failed for good has another chance. Also where
 * the name has come into use again meanwhile: two records of one application would each take away what the other keeps.
 */
async function dropOldNames(
  context: RunContext,
  runtime: ApplicationRuntime,
  { ledger }: Target,
  inventory: Inventory,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const oldKey = { ...runtime.key, application: name };
    const old = await ledger.load(oldKey);
    if (old === null || !covers(inventory, old)) continue;
    if (!context.world.config.applications.has(name)) {
      await moveHold(ledger, oldKey, runtime.key);
      await forgetRuntime(context, oldKey);
    }
    await ledger.remove(oldKey, old.epoch);
  }
}

/** Whether nothing is lost when `old` is forgotten. */
function covers(inventory: Inventory, old: Inventory): boolean {
  if (old.applicationUid === inventory.applicationUid) return true;
  const known = new Set(inventory.entries.map(placeOf));
  return old.entries.every((entry) => known.has(placeOf(entry)));
}

/** Tells each target what to watch for this application; targets compare and do nothing when it is the same. */
export async function watchApplication(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
): Promise<void> {
  if (!context.options.continuous) return;
  for (const item of run.targets) {
    const references = [...referencesFor(item.desired, item.inventory).values()];
    await item.target.watch({ key: runtime.key, references });
  }
}
