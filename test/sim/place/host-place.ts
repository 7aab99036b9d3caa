import { hash } from 'node:crypto';
import { inventoryKey } from '../../../src/model/inventory.ts';
import type { Hold, InventoryEntry, InventoryKey } from '../../../src/model/inventory.ts';
import { canonicalJson } from '../../../src/model/json.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Target, TargetChange } from '../../../src/targets/target.ts';
import { isBad } from '../git/model.ts';
import type { Machine } from '../run/machine.ts';
import { slowStartMs } from './place.ts';
import type { Identity, OpenOptions, Place, Thing, ThingSpec } from './place.ts';
import { SimTarget } from './target.ts';

interface Moment {
  readonly atMs: number;
  readonly thing: Thing | null;
}

interface CommandState {
  readonly value: string;
  readonly saw: string;
}

export interface Watcher {
  /** Who must not be told of its own changes. */
  readonly owner: object;
  wants(at: string): boolean;
  tell(at: string): void;
  wantsHold(key: InventoryKey): boolean;
  tellHold(change: TargetChange): void;
}

/** A place in memory whose things are looked at and changed one by one. */
export class HostPlace implements Place {
  readonly name: string;
  readonly identity: Identity;
  readonly recordLagMs = 0;
  readonly recordsToldMs = 0;
  readonly inventories = new Map<string, string>();
  readonly holds = new Map<string, string>();
  readonly heldSinceMs = new Map<string, number>();
  readonly watchers = new Set<Watcher>();
  /** What Commands have done last, by place: what they ran, and what they found where they look. */
  readonly commands = new Map<string, CommandState>();
  readonly #things = new Map<string, Thing>();
  /** Where it follows from what something is; that never changes. */
  readonly #uids = new WeakMap<Thing, string>();
  readonly #past = new Map<string, Moment[]>();
  readonly #nowMs: () => number;
  #serial = 0;

  constructor(name: string, identity: Identity, nowMs: () => number) {
    this.name = name;
    this.identity = identity;
    this.#nowMs = nowMs;
  }

  thing(at: string): Thing | null {
    return this.#things.get(at) ?? null;
  }

  get things(): readonly Thing[] {
    return [...this.#things.values()];
  }

  uidOf(thing: Thing): string {
    if (this.identity === 'number') return `${this.name}-${thing.serial}`;
    const known = this.#uids.get(thing);
    if (known !== undefined) return known;
    const content = canonicalJson({ ...thing.spec });
    const uid = `${thing.at}#${hash('sha1', content).slice(0, 12)}`;
    this.#uids.set(thing, uid);
    return uid;
  }

  /** Whether the check of a Command passes. */
  isDone(at: string, value: string, watches: string): boolean {
    const state = this.commands.get(at);
    return state?.value === value && state.saw === this.seenAt(watches);
  }

  seenAt(at: string): string {
    return this.thing(at)?.spec.value ?? '';
  }

  isReady({ spec, changedMs }: Thing): boolean {
    if (spec.kind !== 'Worker') return true;
    const isStarting = spec.value.startsWith('slow') && this.#nowMs() - changedMs < slowStartMs;
    return !isStarting && !isBad(spec.value);
  }

  whereOf({ locator }: { readonly locator: JsonObject }): string {
    return typeof locator['at'] === 'string' ? locator['at'] : '';
  }

  announced({ fields }: InventoryEntry): Pick<ThingSpec, 'value' | 'note'> {
    const { value, note = null } = fields;
    return { value: value as string, note: note as string | null };
  }

  remains(at: string, uid: string): boolean {
    const thing = this.thing(at);
    return thing !== null && this.uidOf(thing) === uid;
  }

  forget(machine: Machine): void {
    for (const watcher of this.watchers)
      if (watcher.owner === machine) this.watchers.delete(watcher);
  }

  isForeign(): boolean {
    return false;
  }

  mend(): void {}

  async open(options: OpenOptions): Promise<Target> {
    return new SimTarget({ ...options, place: this });
  }

  put(at: string, spec: ThingSpec | null, by: object | null, fresh = false): Thing | null {
    const before = this.thing(at);
    const serial = before === null || fresh ? (this.#serial += 1) : before.serial;
    const thing = spec === null ? null : { at, serial, spec, changedMs: this.#nowMs() };
    if (thing === null) this.#things.delete(at);
    else this.#things.set(at, thing);
    const past = this.#past.get(at) ?? [{ atMs: -1, thing: null }];
    past.push({ atMs: this.#nowMs(), thing });
    this.#past.set(at, past);
    for (const watcher of this.watchers) {
      if (watcher.owner !== by && watcher.wants(at)) watcher.tell(at);
    }
    return thing;
  }

  setHold(key: InventoryKey, hold: Hold | null, by: object | null): void {
    const name = inventoryKey(key);
    if (hold === null) {
      this.holds.delete(name);
      this.heldSinceMs.delete(name);
    } else {
      this.holds.set(name, JSON.stringify(hold));
      this.heldSinceMs.set(name, this.#nowMs());
    }
    for (const watcher of this.watchers) {
      if (watcher.owner === by || !watcher.wantsHold(key)) continue;
      watcher.tellHold({ key, id: null, message: 'the hold changed' });
    }
  }

  /** How often the place has changed. */
  version(at: string): number {
    return this.#past.get(at)?.length ?? 0;
  }

  /** What a cache that is `ageMs` behind shows, but nothing from before version `atLeast`. */
  staleThing(at: string, ageMs: number, atLeast: number): Thing | null {
    const past = this.#past.get(at) ?? [];
    let shown = past.length - 1;
    while (shown >= atLeast && shown > 0 && (past[shown]?.atMs ?? 0) > this.#nowMs() - ageMs)
      shown -= 1;
    return past[shown]?.thing ?? null;
  }
}
