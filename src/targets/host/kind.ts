import type { z } from 'zod';
import type { InventoryKey } from '../../model/inventory.ts';
import type { Desired, Live, Manifest, Observation, ResourceId } from '../../model/resource.ts';
import type { Health } from '../../model/status.ts';
import type { Applied, ApplyEffect, Effect, LogOptions, Reference } from '../target.ts';

/** For whom a manifest is prepared. */
export interface HostScope {
  readonly key: InventoryKey;
  /** Folders the project may touch, symlinks resolved; empty: all. */
  readonly limits: readonly string[];
  /** Kinds that the project allows, as it writes them; empty: all. */
  readonly kinds: readonly string[];
  /** `resolveParents`, which looks at each folder once for all that is prepared together. */
  readonly resolveParents: (path: string) => Promise<string>;
  /** All that is prepared together, this manifest among them. */
  readonly siblings: readonly Manifest[];
}

/** How something is looked at. */
export interface Looking {
  readonly signal: AbortSignal | undefined;
  /** All that are looked at together: what the application has and wants. */
  readonly references: readonly Reference[];
  /** See `ReadOptions`. */
  readonly runNothing: boolean;
}

/** One kind of resource on a host; the target finds it by name and adds what all kinds share. */
export interface HostKind {
  readonly kind: string;
  /** What it is for; shown by editors and in the reference. */
  readonly description: string;
  /** `spec` as users write it. */
  readonly spec: z.ZodType;
  /** @throws FairleadError for anything that cannot be carried out as written. */
  prepare(manifest: Manifest, scope: HostScope): Promise<Desired>;
  /** May throw; the target makes that `unreadable`. */
  read(key: InventoryKey, reference: Reference, looking: Looking): Promise<Observation>;
  apply(effect: ApplyEffect): Promise<Applied>;
  remove(effect: Effect): Promise<void>;
  health(live: Live, desired: Desired | null): Health;
  /** Paths whose change may be drift; empty where something else tells. */
  watchedPaths(reference: Reference): readonly string[];
  /** Takes note of what is watched now, for kinds that look by themselves. */
  watch?(key: InventoryKey, references: readonly Reference[]): Promise<void>;
  logs?(key: InventoryKey, id: ResourceId, options: LogOptions): AsyncIterable<string>;
  close?(): Promise<void>;
}
