import type { Inventory, InventoryKey } from '../../../src/model/inventory.ts';
import type { PlanSet } from '../../../src/model/plan.ts';
import type { Release } from '../../../src/model/release.ts';
import type { RepositoryModel } from '../git/model.ts';
import type { Place, ThingSpec } from '../place/place.ts';
import type { Controller } from '../run/controller.ts';
import type { World } from '../run/world.ts';
import { releasesIn } from '../world/store.ts';
import { folderOf, isBroken, wishesOf } from './truth.ts';

/** One change that a person agreed to, as the person understood it. */
export interface Agreed {
  /** The application's folder, which it keeps through all its names. */
  readonly folder: string;
  readonly environment: string;
  readonly target: string;
  readonly action: string;
  readonly at: string;
  /** Of deletes: exactly this thing. */
  readonly uid: string | null;
  /** What was to be there; `null` for deletes. */
  readonly spec: ThingSpec | null;
}

/** When something was noted. */
export interface Moment {
  /** Grows with everything that is noted. */
  readonly order: number;
  /** Virtual time. */
  readonly atMs: number;
}

interface Save extends Moment {
  readonly by: string;
  readonly inventory: Inventory | null;
}

/** Commits that come so close to each other may all be in the mirror before the first of them was read. */
const mostBurstMs = 100;

/** Whether two names are those of one application at one target, before and after it was renamed. */
function isFormer(one: string, other: string): boolean {
  const strip = (name: string): string => name.replace(/-x@/, '@');
  return one !== other && strip(one) === strip(other);
}

/** What the judge has seen, in the order in which it happened. */
export class Book {
  readonly #world: World;
  readonly agreed: Agreed[] = [];
  /** Digests of changes that people agreed to: what is run is known by them. */
  readonly agreedDigests = new Set<string>();
  /** UIDs of what people agreed to have deleted, so that something can be run under its name. */
  readonly agreedToGo = new Set<string>();
  /** Commits that each controller took, oldest first, and when. */
  readonly #accepted = new Map<Controller, { readonly commit: string; readonly atMs: number }[]>();
  /** How many commits a controller had taken when a release was announced, by release. */
  readonly #announced = new Map<string, number>();
  readonly #announcedAtMs = new Map<string, number>();
  /** Processes that announced each release. */
  readonly #announcedBy = new Map<string, string>();
  /** Writes of each inventory, by target and key. */
  readonly #saves = new Map<string, Save[]>();
  /** Revisions that people wanted to stay at, by key. */
  readonly #held = new Map<string, Set<string>>();
  #order = 0;

  constructor(world: World) {
    this.#world = world;
  }

  now(): Moment {
    return { order: this.#tick(), atMs: this.#world.scheduler.nowMs };
  }

  noteAccepted(controller: Controller, commit: string): void {
    const list = this.#accepted.get(controller) ?? [];
    this.#accepted.set(controller, list);
    if (list.at(-1)?.commit !== commit) list.push({ commit, atMs: this.#world.scheduler.nowMs });
  }

  noteSave(controller: Controller, place: Place, key: string, inventory: Inventory | null): void {
    const at = `${place.name} ${key}`;
    const saves = this.#saves.get(at) ?? [];
    this.#saves.set(at, saves);
    saves.push({
      ...this.now(),
      by: controller.name,
      inventory,
    });
    const release = inventory?.release ?? null;
    if (release === null || this.#announced.has(release)) return;
    this.#announced.set(release, this.#accepted.get(controller)?.length ?? 0);
    this.#announcedAtMs.set(release, this.#world.scheduler.nowMs);
    this.#announcedBy.set(release, controller.machine?.process.name ?? '');
  }

  /** When a release was announced, in virtual time. */
  announcedAtMs(release: string): number {
    return this.#announcedAtMs.get(release) ?? this.#world.scheduler.nowMs;
  }

  announcedBy(release: string): string | null {
    return this.#announcedBy.get(release) ?? null;
  }

  noteHeld(key: string, commit: string): void {
    this.#held.set(key, (this.#held.get(key) ?? new Set()).add(commit));
  }

  noteApproval(key: InventoryKey, planSet: PlanSet): void {
    for (const plan of planSet.plans) {
      const commit = this.#world.repository.find(plan.revision[0]?.commit ?? '');
      const { repository, secrets } = this.#world;
      // What was never released well has no revision, and can be agreed to go.
      const wishes = commit === null ? [null] : wishesOf(repository, commit.model, key, secrets);
      for (const { digest, displaces } of [...plan.changes, ...(plan.onFailure ?? [])]) {
        this.agreedDigests.add(digest);
        if (displaces === undefined) continue;
        this.agreedDigests.add(displaces.digestAfter);
        this.agreedToGo.add(displaces.uid);
      }
      for (const change of plan.changes) {
        const at = this.#world.places.get(plan.target)?.whereOf(change) ?? '';
        if (at === '') continue;
        for (const wish of wishes) {
          const spec = wish?.kind === 'things' ? (wish.things.get(at) ?? null) : null;
          this.agreed.push({
            folder: folderOf(key.application),
            environment: key.environment,
            target: plan.target,
            action: change.action,
            at,
            uid: change.uid,
            spec: change.action === 'delete' ? null : spec,
          });
        }
      }
    }
  }

  /** The last write of an inventory by a controller, as a number of `order`. */
  lastSave(place: Place, key: string, controller: Controller): number {
    const saves = this.#saves.get(`${place.name} ${key}`) ?? [];
    return saves.findLast(({ by }) => by === controller.name)?.order ?? 0;
  }

  /** Whether somebody wrote the inventory after a write and before a look, as far as the look can have shown it. */
  wasSavedBetween(place: Place, key: string, after: number, look: Moment): boolean {
    const saves = this.#saves.get(`${place.name} ${key}`) ?? [];
    const seenMs = look.atMs - place.recordLagMs;
    const own = saves.find(({ order }) => order === after);
    // A release records on its way what has run.
    const isOwn = ({ by, inventory }: Save): boolean =>
      by === own?.by && inventory !== null && inventory.release === own.inventory?.release;
    return saves.some(
      (save) =>
        save.order > after && save.order < look.order && save.atMs <= seenMs && !isOwn(save),
    );
  }

  /** What was owned before a release announced itself. */
  inventoryBefore(place: Place, key: string, release: string): Inventory | null {
    const saves = this.#saves.get(`${place.name} ${key}`) ?? [];
    const at = saves.findIndex(({ inventory }) => inventory?.release === release);
    if (at > 0) return saves[at - 1]?.inventory ?? null;
    const began = saves[0]?.order ?? 0;
    const former = [...this.#saves]
      .filter(([name]) => isFormer(name, `${place.name} ${key}`))
      .flatMap(([, list]) => list.filter(({ order }) => order < began));
    return former.toSorted((left, right) => left.order - right.order).at(-1)?.inventory ?? null;
  }

  /** The recorded release that a controller is carrying out when it touches a place, newest first. */
  releaseFor(
    controller: Controller,
    key: InventoryKey,
    fits: (release: Release) => boolean,
  ): Release | null {
    return releasesIn(controller.state.store, { ...key, limit: 20 }).find(fits) ?? null;
  }

  /** Commits that a controller may have had before it when it planned a release, and those since. */
  commitsAround(controller: Controller, release: string, before = 3): readonly string[] {
    const list = this.#accepted.get(controller) ?? [];
    const announced = this.#announced.get(release) ?? list.length;
    const burstMs = this.announcedAtMs(release) - mostBurstMs;
    const burst = list.findIndex(({ atMs }) => atMs >= burstMs);
    const from = Math.min(announced - before, burst < 0 ? announced : burst);
    return list.slice(Math.max(0, from)).map(({ commit }) => commit);
  }

  /** A commit, where a controller has taken it, and those that it has taken since; else nothing. */
  commitsSince(controller: Controller, commit: string): readonly string[] {
    const list = (this.#accepted.get(controller) ?? []).map((one) => one.commit);
    const from = list.lastIndexOf(commit);
    return from < 0 ? [] : list.slice(from);
  }

  modelsAround(controller: Controller, release: string): readonly RepositoryModel[] {
    return this.commitsAround(controller, release).map(
      (commit) => this.#world.repository.commit(commit).model,
    );
  }

  /**
   * Of the commits around a release, and of those before them until one is found, the ones that say in full how an
   * application is set up: what is in force while newer ones are broken.
   * @param commit What the release carries out: nothing is done with what was said before it. Default: who knows.
   */
  modelsInForce(
    controller: Controller,
    release: string,
    application: string,
    commit?: string,
  ): readonly RepositoryModel[] {
    const list = this.#accepted.get(controller) ?? [];
    const announced = this.#announced.get(release) ?? list.length;
    const taken = list.findLastIndex((one) => one.commit === commit);
    const from = Math.max(announced - 3, taken);
    const found: RepositoryModel[] = [];
    for (let at = list.length - 1; at >= 0; at -= 1) {
      if (at < from && found.length > 0) break;
      const { model } = this.#world.repository.commit(list[at]?.commit ?? '');
      if (!isBroken(model, application)) found.push(model);
    }
    return found;
  }

  isHeldAt(key: string, commit: string): boolean {
    return this.#held.get(key)?.has(commit) ?? false;
  }

  #tick(): number {
    this.#order += 1;
    return this.#order;
  }
}
