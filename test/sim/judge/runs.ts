import type { Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import { inventoryKey } from '../../../src/model/inventory.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Change } from '../../../src/model/plan.ts';
import type { Release } from '../../../src/model/release.ts';
import type { ApplyEffect, Effect } from '../../../src/targets/target.ts';
import { isDeleting } from '../cluster/deletion.ts';
import { ClusterPlace } from '../cluster/place.ts';
import type { JobState } from '../cluster/place.ts';
import { textAt } from '../cluster/value.ts';
import type { HostPlace } from '../place/host-place.ts';
import { inventoryOf } from '../place/ledger.ts';
import type { Place } from '../place/place.ts';
import type { Controller } from '../run/controller.ts';
import type { World } from '../run/world.ts';
import { policiesOf, wasOwned } from './approval.ts';
import type { Book } from './book.ts';
import type { SeenEffect } from './effect.ts';
import { checkOrder } from './order.ts';
import { checkOrders } from './orders.ts';
import { leaves } from './revision.ts';
import { folderOf } from './truth.ts';
import type { Rule } from './violation.ts';

type Report = (rule: Rule, message: string) => void;

/** The last Job that controllers made under the name of a hook. */
interface Made {
  readonly uid: string;
  /** What it was made for. */
  readonly run: string;
  /** The controller that made it. */
  readonly by: string;
  /** Controllers have taken it away, in this state; `null`: it is there, or somebody else has. */
  readonly goneAs: JobState | null;
  /** Several controllers were at it: what one has recorded, another may not have seen when it planned. */
  readonly isShared: boolean;
  /** The release whose record says that it has run; `null`: none does yet. */
  readonly recordedBy: string | null;
}

/** What hooks and commands did: how often they ran, for what, and who had agreed to that. */
export class Runs {
  readonly #world: World;
  readonly #book: Book;
  readonly #report: Report;
  readonly #made = new Map<string, Made>();
  /** Runs by release and place. */
  readonly #counts = new Map<string, number>();
  /** How often what is run for a failure ran for the same one again, by target and hook. */
  readonly #repeats = new Map<string, { readonly failure: string; readonly times: number }>();

  constructor(world: World, book: Book, report: Report) {
    this.#world = world;
    this.#book = book;
    this.#report = report;
  }

  /** Whether a change is a run of a hook or a command. */
  isRun(place: Place, change: Change): boolean {
    return change.action === 'run' && (change.id.kind === 'Command' || isHookAt(place, change));
  }

  /** Why a hook of a release is not done; `null`: it is, or nobody can tell. */
  whyNotDone(place: Place, change: Change): string | null {
    if (!(place instanceof ClusterPlace) || change.leftOut === true) return null;
    const where = place.whereOf(change);
    const made = this.#made.get(`${place.name} ${where}`);
    const state = made === undefined ? null : (place.jobs.get(made.uid) ?? null);
    return state === 'done' ? null : `${where} is ${state ?? 'to be run'}`;
  }

  onHook(
    controller: Controller,
    place: ClusterPlace,
    effect: Effect | ApplyEffect,
    before: JsonObject | null,
    after: JsonObject | null,
  ): void {
    const where = place.whereOf(effect);
    const uid = textAt(after ?? before ?? {}, 'metadata', 'uid');
    const isGone = before !== null && !isDeleting(before) && (after === null || isDeleting(after));
    const what = isGone ? 'removed' : before === null ? 'made' : 'changed';
    this.#world.trace.add(`${controller.name} ${what} hook ${where} at ${place.name}`);
    if (isGone) this.#goes(controller, place, where, uid);
    else if (before !== null && after !== null && place.isForeign(uid))
      this.#report('foreign-touched', `hook ${where} at ${place.name} was written into another's`);
    if (before !== null || after === null) return;
    const seen = this.#begins(controller, place, effect, where);
    if (seen === null) return;
    const run = textAt(after, 'metadata', 'annotations', 'fairlead.dev/run');
    this.#checkAgain(seen, where, run, phaseOf(after));
    if (phaseOf(after) === 'SyncFail') this.#checkRepeated(seen, where);
    const by = controller.name;
    const made = { uid, run, by, goneAs: null, isShared: false, recordedBy: null };
    this.#made.set(`${place.name} ${where}`, made);
  }

  onCommand(
    controller: Controller,
    place: HostPlace,
    effect: ApplyEffect,
    at: string,
    isNeeded: boolean,
  ): void {
    this.#world.trace.add(`${controller.name} runs ${at} at ${place.name}`);
    if (!isNeeded) this.#report('run-again', `${at} at ${place.name} is run, and its check passes`);
    this.#begins(controller, place, effect, at);
  }

  /** What an inventory no longer has, or has as something else since, may run anew when it comes back. */
  noteSave(place: Place, key: InventoryKey, inventory: Inventory | null): void {
    const known = new Map(inventory?.entries.map((entry) => [place.whereOf(entry), entry]));
    for (const [where, made] of this.#made) {
      const [target = '', at = ''] = where.split(' ');
      const isOwn = at.startsWith(`Job/${key.environment}-${folderOf(key.application)}/`);
      if (target !== place.name || !isOwn) continue;
      const entry = known.get(at);
      const release = inventory?.release ?? null;
      // Another release, such as one that went back, wanted something else under its name. An entry that never told of
      // the run is no such thing: then its end was not written down.
      const isOther =
        made.recordedBy !== null && made.recordedBy !== release && entry?.digest !== made.run;
      if (made.goneAs !== null && (entry === undefined || isOther))
        this.#made.set(where, { ...made, run: '' });
      else if (made.recordedBy === null && entry?.digest === made.run && entry.uid === made.uid)
        this.#made.set(where, { ...made, recordedBy: release });
    }
  }

  /** Nothing is deleted in a release whose hooks before that have not all ended well. */
  checkDeleted({ place, release, after, at }: SeenEffect): void {
    if (after !== null) return;
    const changes = release.plan.plans.find((plan) => plan.target === place.name)?.changes ?? [];
    for (const change of changes) {
      const isBefore = change.moment === undefined || change.moment === 'before-removal';
      if (!isBefore || !isHookAt(place, change) || change.action !== 'run') continue;
      if (change.leftOut === true) {
        if (!this.#book.agreedDigests.has(change.digest))
          this.#report('not-approved', `${at} goes without ${change.id.name}: nobody agreed`);
        continue;
      }
      const why = this.whyNotDone(place, change);
      if (why !== null)
        this.#report('deleted-all-the-same', `${at} at ${place.name} in ${release.id}: ${why}`);
    }
  }

  /** A run begins: a release that goes on has it, once, and whoever has to agree has agreed. */
  #begins(
    controller: Controller,
    place: Place,
    effect: Effect | ApplyEffect,
    at: string,
  ): SeenEffect | null {
    const { key } = effect;
    const name = inventoryKey(key);
    const entries = inventoryOf(place, name)?.entries ?? [];
    if (!entries.some((entry) => place.whereOf(entry) === at))
      this.#report(
        'inventory-misses',
        `${at} at ${place.name} is run and ${name} does not know it`,
      );
    const release = this.#book.releaseFor(
      controller,
      key,
      (one) => changeAt(one, place, at) !== null,
    );
    const change = release === null ? null : changeAt(release, place, at);
    if (release === null || change === null || release.outcome !== 'running') {
      this.#report(
        'unrecorded-effect',
        `${at} at ${place.name} is run: in no release that goes on`,
      );
      return null;
    }
    const run = `${release.id} ${place.name} ${at}`;
    const count = (this.#counts.get(run) ?? 0) + 1;
    this.#counts.set(run, count);
    if (count > 1)
      this.#report(
        'run-again',
        `${at} at ${place.name} is run for the ${count}. time in ${release.id}`,
      );
    const process = controller.machine?.process.name ?? controller.name;
    const thing = {
      at,
      serial: 0,
      spec: { kind: 'Run', value: '', note: null, secret: null },
      changedMs: 0,
    };
    const seen = { controller, process, place, key, name, at, before: null, after: thing, release };
    checkOrders(this.#world, this.#book, seen, this.#report);
    if (change.moment === undefined) checkOrder(this.#world, seen, this.#report);
    this.#checkAgreed(seen, change);
    return seen;
  }

  #checkAgreed(seen: SeenEffect, change: Change): void {
    const { release, place, at, key } = seen;
    if (this.#book.agreedDigests.has(change.digest)) return;
    const isOfRemoval = change.moment === 'before-removal' || change.moment === 'after-removal';
    if (isOfRemoval) {
      if (!leaves(this.#book, seen) || this.#mayLeaveUnasked(seen)) return;
      this.#report(
        'not-approved',
        `${at} at ${place.name} is run in ${release.id}: nobody agreed to the removal`,
      );
      return;
    }
    const policies = policiesOf(this.#book, seen);
    if (policies.length === 0 || policies.includes('auto')) return;
    // What was before is gone back to, or something that was agreed to and not seen to end is done again.
    if (release.trigger === 'revert' || wasOwned(this.#book, seen)) return;
    const why = `where sync is ${policies.join(', ')} and nobody agreed`;
    this.#report(
      'not-approved',
      `${at} at ${place.name} is run for ${inventoryKey(key)} in ${release.id}, ${why}`,
    );
  }

  #mayLeaveUnasked({ key }: SeenEffect): boolean {
    return this.#world.repository.commits.some(
      ({ model }) =>
        model.environments.some((one) => one.name === key.environment && one.ephemeral) ||
        model.applications.some(
          ({ folder, settings }) =>
            folder === folderOf(key.application) && settings.onRemoval === 'delete',
        ),
    );
  }

  /** A run that goes on or has ended well is not repeated; but each release that fails has one of its own. */
  #checkAgain({ place, release }: SeenEffect, where: string, run: string, phase: string): void {
    const made = this.#made.get(`${place.name} ${where}`);
    if (
      made === undefined ||
      made.run !== run ||
      made.goneAs === null ||
      made.isShared ||
      phase === 'SyncFail'
    )
      return;
    const isOfRemoval = phase === 'PreDelete' || phase === 'PostDelete';
    if (made.goneAs === 'running' || (made.goneAs === 'done' && !isOfRemoval))
      this.#report(
        'run-again',
        `hook ${where} at ${place.name} is run again in ${release.id}; before, it was ${made.goneAs}`,
      );
  }

  /**
   * What stays broken is waited for without an end, and what is run when a release fails has run for that. Once more where
   * that it has could not be written down.
   */
  #checkRepeated({ place, release, process }: SeenEffect, where: string): void {
    const at = `${place.name} ${where}`;
    const plan = release.plan.plans.find(({ target }) => target === place.name);
    const isRepeat =
      release.trigger === 'retry' && release.actor === 'controller' && plan?.changes.length === 0;
    const failure = `${process} ${plan?.desiredDigest}`;
    const before = this.#repeats.get(at);
    const times = isRepeat && before?.failure === failure ? before.times + 1 : 0;
    this.#repeats.set(at, { failure, times });
    if (times > 1)
      this.#report(
        'run-again',
        `${at} ran for the same failure before, and nothing was to be done`,
      );
  }

  /** Somebody else's hook goes for one of ours only where a person agreed to that, and when it has ended. */
  #goes(controller: Controller, place: ClusterPlace, where: string, uid: string): void {
    const key = `${place.name} ${where}`;
    const state = place.jobs.get(uid) ?? 'running';
    const made = this.#made.get(key);
    if (made?.uid === uid)
      this.#made.set(key, { ...made, goneAs: state, isShared: made.by !== controller.name });
    if (!place.isForeign(uid)) return;
    if (!this.#book.agreedToGo.has(uid))
      this.#report(
        'foreign-touched',
        `${where} at ${place.name} is another's, and nobody agreed that it goes`,
      );
    else if (state === 'running')
      this.#report('foreign-touched', `${where} at ${place.name} is another's, and still runs`);
  }
}

function changeAt(release: Release, place: Place, at: string): Change | null {
  for (const { target, changes, onFailure = [] } of release.plan.plans) {
    if (target !== place.name) continue;
    const found = [...changes, ...onFailure].find(
      (change) => change.action === 'run' && place.whereOf(change) === at,
    );
    if (found !== undefined) return found;
  }
  return null;
}

function isHookAt(place: Place, change: Change): boolean {
  return place instanceof ClusterPlace && change.id.kind === 'Job';
}

function phaseOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'annotations', 'argocd.argoproj.io/hook');
}
