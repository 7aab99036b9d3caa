import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../src/model/json.ts';
import type { InventoryKey } from '../../../src/model/inventory.ts';
import type { TargetChange } from '../../../src/targets/target.ts';

/** One thing at a target. Its place is its identity in the world, as a path is that of a file. */
export interface Thing {
  readonly at: string;
  /** Grows by one with every thing that is made; nobody but the judge sees it. */
  readonly serial: number;
  readonly spec: ThingSpec;
  /** Virtual time of the last change. */
  readonly changedMs: number;
}

export interface ThingSpec {
  readonly kind: string;
  readonly value: string;
  readonly note: string | null;
  /** Plain value of the secret that it was given. */
  readonly secret: string | null;
}

/** How a target tells one thing from another: by number, or by what it is and where (as files). */
export type Identity = 'number' | 'content';

interface Moment {
  readonly atMs: number;
  readonly thing: Thing | null;
}

export interface Watcher {
  /** Who must not be told of its own changes. */
  readonly owner: object;
  wants(at: string): boolean;
  tell(at: string): void;
  wantsHold(key: InventoryKey): boolean;
  tellHold(change: TargetChange): void;
}

/** What exists at a target, whoever looks: the truth that outlives every controller. */
export class Place {
  readonly name: string;
  readonly identity: Identity;
  /** Inventories and holds as JSON text, by `application@environment`. */
  readonly inventories = new Map<string, string>();
  readonly holds = new Map<string, string>();
  /** Virtual time at which each hold was set. */
  readonly heldSinceMs = new Map<string, number>();
  readonly watchers = new Set<Watcher>();
  readonly #things = new Map<string, Thing>();
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
    const content = canonicalJson({ ...thing.spec });
    return `${thing.at}#${createHash('sha1').update(content).digest('hex').slice(0, 12)}`;
  }

  /** Makes or changes (`spec`), or removes (`null`) what is at a place. `by` is not told of it. */
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

  /** Sets or ends (`null`) a hold, as JSON text. */
  setHold(name: string, text: string | null): void {
    if (text === null) {
      this.holds.delete(name);
      this.heldSinceMs.delete(name);
    } else {
      this.holds.set(name, text);
      this.heldSinceMs.set(name, this.#nowMs());
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
