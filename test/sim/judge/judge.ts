import type { Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import { inventoryKey } from '../../../src/model/inventory.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { PlanSet } from '../../../src/model/plan.ts';
import type { Release } from '../../../src/model/release.ts';
import type { ApplyEffect, Effect } from '../../../src/targets/target.ts';
import type { ClusterPlace } from '../cluster/place.ts';
import type { HostPlace } from '../place/host-place.ts';
import { inventoryOf } from '../place/ledger.ts';
import type { Place, Thing } from '../place/place.ts';
import type { Controller } from '../run/controller.ts';
import type { World } from '../run/world.ts';
import { checkApproval } from './approval.ts';
import { Book } from './book.ts';
import { checkDelete } from './delete.ts';
import type { DeleteLog } from './delete.ts';
import { describeEffect } from './effect.ts';
import type { SeenEffect } from './effect.ts';
import { Fencing } from './fencing.ts';
import { checkIdentity } from './identity.ts';
import { checkHistory } from './history.ts';
import { checkDependencies, checkOrder } from './order.ts';
import { checkMoved } from './moved.ts';
import { checkOrders } from './orders.ts';
import { checkOutdated } from './outdated.ts';
import { checkAdopted, checkAnnounced, checkGood, checkShrink } from './records.ts';
import { checkRevision } from './revision.ts';
import { Runs } from './runs.ts';
import { TakenOver } from './taken-over.ts';
import { checkUnread } from './unread.ts';
import type { Rule, Violation } from './violation.ts';

/** Looks at what is done at the targets, step by step, and not at what the engine says of it. */
export class Judge {
  readonly #world: World;
  readonly book: Book;
  readonly #fencing: Fencing;
  readonly #deletes: DeleteLog = new Map();
  readonly #takenOver = new TakenOver();
  /** Places whose thing was made or last changed by an application: `target at` → `application@environment`. */
  readonly makers = new Map<string, string>();
  /** Values that may turn up nowhere. */
  readonly canaries: string[] = [];
  /** Places that somebody else has ever touched. */
  readonly meddled = new Set<string>();
  /** Processes that a person has told to act on what others released. */
  readonly activated = new Set<string>();
  /** Processes that Git has answered. */
  readonly hasRead = new Set<string>();
  readonly violations: Violation[] = [];
  /** Effects so far, on all targets. */
  effects = 0;
  /** Writes of inventories so far. */
  records = 0;
  /** Requests to change things so far, whatever became of them; where targets tell of them. */
  requests = 0;
  /** What hooks and commands did. */
  readonly runs: Runs;

  constructor(world: World) {
    this.#world = world;
    this.book = new Book(world);
    this.#fencing = new Fencing(this.book);
    this.runs = new Runs(world, this.book, this.report);
  }

  /** Whether there is nothing more to find out. */
  get isDecided(): boolean {
    return this.violations.length > 0;
  }

  readonly report = (rule: Rule, message: string): void => {
    const { scheduler, trace } = this.#world;
    trace.add(`VIOLATION ${rule}: ${message}`);
    this.violations.push({ rule, message, atMs: scheduler.nowMs });
  };

  onStart(controller: Controller): void {
    for (const mirror of controller.state.mirrors.values())
      if (mirror.accepted !== null) this.book.noteAccepted(controller, mirror.accepted);
  }

  onAccepted(controller: Controller, commit: string): void {
    this.book.noteAccepted(controller, commit);
  }

  onApproval(key: InventoryKey, plan: PlanSet): void {
    this.onText('plan', JSON.stringify(plan));
    this.book.noteApproval(key, plan);
  }

  onHold(key: InventoryKey, commit: string | null): void {
    if (commit !== null) this.book.noteHeld(inventoryKey(key), commit);
  }

  /** Text that leaves the engine. */
  onText(where: string, text: string): void {
    for (const canary of this.canaries)
      if (text.includes(canary)) this.report('secret-leaked', `a secret stands in the ${where}`);
  }

  onForeign(place: Place, at: string): void {
    this.makers.delete(`${place.name} ${at}`);
    this.meddled.add(`${place.name} ${at}`);
  }

  /** Before an inventory is written (`null`: removed). */
  onInventory(
    controller: Controller,
    place: Place,
    key: InventoryKey,
    inventory: Inventory | null,
  ): void {
    this.records += 1;
    if (inventory !== null) this.onText('inventory', JSON.stringify(inventory));
    checkShrink(this.#world, place, key, inventory, this.report);
    checkGood(this.#world, place, key, inventory, this.report);
    checkAdopted(controller, place, key, inventory, this.report);
    this.#noteMakers(place, key, inventory);
    this.#takenOver.noteSave(controller, place, key, inventoryKey(key), inventory);
    this.book.noteSave(controller, place, inventoryKey(key), inventory);
    this.runs.noteSave(place, key, inventory);
  }

  /** What one application made and another one takes over as it is, is that one's from then on. */
  #noteMakers(place: Place, key: InventoryKey, inventory: Inventory | null): void {
    const known = inventoryOf(place, inventoryKey(key))?.entries ?? [];
    for (const entry of inventory?.entries ?? []) {
      const where = `${place.name} ${place.whereOf(entry)}`;
      if (entry.uid === null || entry.givenTo !== undefined || !this.makers.has(where)) continue;
      if (!known.some(({ uid }) => uid === entry.uid)) this.makers.set(where, inventoryKey(key));
    }
  }

  onEffectBegins(controller: Controller, place: Place, effect: Effect): void {
    this.#fencing.begins(controller, place, effect);
  }

  onFence(effect: Effect): void {
    this.#fencing.looks(effect);
  }

  /** Right after something was made, changed or removed. */
  onEffect(
    controller: Controller,
    place: Place,
    effect: Effect | ApplyEffect,
    before: Thing | null,
    after: Thing | null,
  ): void {
    const at = (after ?? before)?.at ?? '';
    const process = controller.machine?.process.name ?? controller.name;
    const name = inventoryKey(effect.key);
    this.effects += 1;
    const what = after === null ? 'removed' : before === null ? 'made' : 'changed';
    this.#world.trace.add(`${process} ${what} ${at} at ${place.name}: ${after?.spec.value ?? ''}`);
    if (after === null) this.makers.delete(`${place.name} ${at}`);
    else this.makers.set(`${place.name} ${at}`, name);
    this.#fencing.lands(place, effect, at, this.report);
    if (after !== null) checkAnnounced(place, effect, after, this.report);
    const release = this.book.releaseFor(controller, effect.key, (one) =>
      holds(one, place, effect, at),
    );
    if (release === null) {
      this.report('unrecorded-effect', `${process} ${what} ${at} at ${place.name}: in no release`);
      return;
    }
    const { key } = effect;
    const seen: SeenEffect = { controller, process, place, key, name, at, before, after, release };
    checkRevision(this.#world, this.book, seen, this.report);
    checkDelete(this.#world, this.book, this.#deletes, seen, this.report);
    checkMoved(this.#world, this.book, seen, this.report);
    this.#takenOver.checkDelete(seen, this.report);
    checkOutdated(this.#world, this.book, seen, this.report);
    checkUnread(this.#world, seen, this.report);
    checkApproval(this.#world, this.book, seen, this.report);
    checkOrder(this.#world, seen, this.report);
    checkDependencies(this.#world, this.book, seen, this.report);
    checkOrders(this.#world, this.book, seen, this.report);
    checkHistory(this.book, seen, this.report);
    this.runs.checkDeleted(seen);
    if (this.isDecided) this.#world.trace.add(describeEffect(seen));
  }

  onRequest(purpose: 'effect' | 'record'): void {
    if (purpose === 'effect') this.requests += 1;
  }

  /** Right after a hook was made, changed or removed. */
  onHook(
    controller: Controller,
    place: ClusterPlace,
    effect: Effect | ApplyEffect,
    before: JsonObject | null,
    after: JsonObject | null,
  ): void {
    this.effects += 1;
    this.#fencing.lands(place, effect, place.whereOf(effect), this.report);
    this.runs.onHook(controller, place, effect, before, after);
  }

  onCommand(
    controller: Controller,
    place: HostPlace,
    effect: ApplyEffect,
    at: string,
    isNeeded: boolean,
  ): void {
    this.effects += 1;
    this.#fencing.lands(place, effect, at, this.report);
    this.runs.onCommand(controller, place, effect, at, isNeeded);
  }

  onBreach(place: Place, message: string): void {
    this.report('foreign-touched', `${place.name}: ${message}`);
  }

  onActor(
    controller: Controller,
    place: Place,
    effect: Effect | ApplyEffect,
    user: string | null,
    at: string,
  ): void {
    const release = this.book.releaseFor(controller, effect.key, (one) =>
      holds(one, place, effect, at),
    );
    if (release !== null)
      checkIdentity(this.book, { controller, release, effect, user, at }, this.report);
  }

  onDamage(place: Place, message: string): void {
    this.report('record-damaged', `${place.name}: ${message}`);
  }

  onBug(text: string): void {
    this.report('bug', text);
  }
}

/** Replacing and adopting are ways to update. */
function inShort(action: string): string {
  return action === 'replace' || action === 'adopt' ? 'update' : action;
}

/** Whether a release's plan has this change. */
function holds(release: Release, place: Place, effect: Effect | ApplyEffect, at: string): boolean {
  const action = 'action' in effect ? effect.action : 'delete';
  return release.plan.plans.some(
    (plan) =>
      plan.target === place.name &&
      plan.changes.some(
        (change) => place.whereOf(change) === at && inShort(change.action) === inShort(action),
      ),
  );
}
