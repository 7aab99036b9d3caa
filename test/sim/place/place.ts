import type { Hold, InventoryEntry, InventoryKey } from '../../../src/model/inventory.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { ResourceId } from '../../../src/model/resource.ts';
import type { Sealer } from '../../../src/model/sealed.ts';
import type { Target } from '../../../src/targets/target.ts';
import type { Machine } from '../run/machine.ts';
import type { Witness } from './witness.ts';

/** One thing at a target. Its place is its identity in the world, as a path is that of a file. */
export interface Thing {
  readonly at: string;
  /** Grows by one with every thing that is made; nobody but the judge sees it. */
  readonly serial: number;
  readonly spec: ThingSpec;
  /** Virtual time of the last change. */
  readonly changedMs: number;
  /** Where the target gives one itself. */
  readonly uid?: string;
}

/** How long a Worker with a slow value takes to become healthy. */
export const slowStartMs = 5_000;

export interface ThingSpec {
  readonly kind: string;
  readonly value: string;
  readonly note: string | null;
  /** Plain value of the secret that it was given. */
  readonly secret: string | null;
}

/** How a target tells one thing from another: by number, or by what it is and where (as files). */
export type Identity = 'number' | 'content';

/** What opening a target for a controller takes. */
export interface OpenOptions {
  readonly machine: Machine;
  readonly witness: Witness;
  readonly sealer: Sealer;
  /** What the place holds secrets of, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly warn: (message: string) => void;
}

/** What exists at a target, whoever looks: the truth that outlives every controller. */
export interface Place {
  readonly name: string;
  /** Inventories and holds as JSON text, by `application@environment`. */
  readonly inventories: ReadonlyMap<string, string>;
  readonly holds: ReadonlyMap<string, string>;
  /** Virtual time at which each hold was set. */
  readonly heldSinceMs: ReadonlyMap<string, number>;
  /** How long ago what a look at a record shows may be. Milliseconds. */
  readonly recordLagMs: number;
  /** When all that was told of records by now will have come to those who watch them. Virtual time. */
  readonly recordsToldMs: number;
  readonly things: readonly Thing[];
  thing(at: string): Thing | null;
  uidOf(thing: Thing): string;
  /** Whether it works, since it became what it is. */
  isReady(thing: Thing): boolean;
  /** Where something is that a plan or an inventory names. */
  whereOf(named: { readonly id: ResourceId; readonly locator: JsonObject }): string;
  /** What an inventory says that there is; `null`: it does not tell. */
  announced(entry: InventoryEntry): Pick<ThingSpec, 'value' | 'note'> | null;
  /** Whether the very thing is there, be it on its way out. */
  remains(at: string, uid: string): boolean;
  /** Makes or changes (`spec`), or removes (`null`) what is at a place. `by` is not told of it. */
  put(at: string, spec: ThingSpec | null, by: object | null, fresh?: boolean): Thing | null;
  /** Sets or ends (`null`) a hold. `by` is not told of it. */
  setHold(key: InventoryKey, hold: Hold | null, by: object | null): void;
  /** Whether something of this UID was made by somebody beside Fairlead; `false` where that cannot be told. */
  isForeign(uid: string): boolean;
  /** The process behind this has ended. */
  forget(machine: Machine): void;
  /** Ends what stands in the way for good: what people who mend things do. */
  mend(): void;
  open(options: OpenOptions): Promise<Target>;
}
