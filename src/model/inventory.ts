import type { Impersonation } from './config.ts';
import type { JsonObject } from './json.ts';
import type { Deletion, ResourceId, Traits } from './resource.ts';
import type { Revision } from './revision.ts';

/** Newest shape of `Inventory` that this code reads and writes. A newer one is refused, never guessed at. */
export const inventoryFormatVersion = 1;

/** Names one inventory at a target: one application in one environment. */
export interface InventoryKey {
  readonly application: string;
  readonly environment: string;
}

/** One thing that an application owns at a target. */
export interface InventoryEntry {
  readonly id: ResourceId;
  readonly locator: JsonObject;
  /** `null` while its creation has been announced but not yet confirmed. */
  readonly uid: string | null;
  /** Digest of the `fields` that were applied last; a different desired digest means "changed in Git". */
  readonly digest: string;
  /** The owned fields as they were applied last; field removals and three-way differences need them. */
  readonly fields: JsonObject;
  /**
   * Digest of what the target made of `fields`, where it completes and normalises them. As long as the target sees the
   * same digest, nothing of ours has moved. Absent: the target needs none, or never told.
   */
  readonly baseline?: string;
  readonly wave: number;
  /** Order inside the wave, as it was made; what is deleted goes the other way round. Default 0. */
  readonly rank?: number;
  readonly traits: Traits;
  readonly prune: boolean;
  /** Default: nothing is to be known. */
  readonly deletion?: Deletion;
  /** Of what is run when the application is removed, when its source is gone: what `Desired.payload` was. */
  readonly payload?: JsonObject;
  /**
   * Another application (`application@environment`) that may have it as it is, and that has not recorded it yet. Until it has,
   * it stays on this record, so that it always has an owner, but keeps nobody from it. Absent: it is not given up.
   */
  readonly givenTo?: string;
  /**
   * It was there before a release took it over that has not ended well so far: whoever goes back from that has not made it, and
   * does not take it away. Absent: it was made here, or was good since.
   */
  readonly found?: true;
}

/** A set of desired resources that was tried and failed; not tried again by itself. */
interface Quarantined {
  /** Digest of the whole desired set (`desiredDigest`). */
  readonly digest: string;
  readonly commit: string;
  readonly reason: string;
  readonly atMs: number;
}

/**
 * What an application owns at a target. Kept at the target, so that neither a lost database nor a lost
 * repository loses ownership. Written as old ∪ new before the first effect of a release; shrinks only after a
 * delete is confirmed (invariant 3).
 */
export interface Inventory {
  readonly formatVersion: typeof inventoryFormatVersion;
  readonly application: string;
  /** Immutable identity of the application, given when it was first released; survives renames. */
  readonly applicationUid: string;
  readonly environment: string;
  /** The installation that wrote it. Another one starts read-only until a person confirms. */
  readonly installation: string;
  /** URL of the repository whose configuration it came from: what another repository does not name is not removed by it. */
  readonly repository: string;
  /**
   * Name of the project it was of when it was last written: for which it goes on to act when its document is gone. Absent:
   * the configuration has no such project, only its name.
   */
  readonly project?: string;
  /**
   * Whom that project acted as at Kubernetes targets when it was last written, for when its own document is gone, too; `null`:
   * nobody else. Absent with `project`: nobody knows, so nothing is deleted for it without its document.
   */
  readonly actsAs?: Impersonation | null;
  /**
   * `orphan`: when this was last written, its document said that what it owns stays when it leaves. Absent: a person is asked
   * where nobody has read that document any more, whatever it said.
   */
  readonly onRemoval?: 'orphan';
  /** Grows by one with every release; a writer that finds a higher one than its own stops (fencing). */
  readonly epoch: number;
  /** The revision of the last release that ended well; what a failed release goes back to. */
  readonly revision: Revision;
  /**
   * Commit of the configuration that was released with it. Absent where `revision` has that repository itself, and the
   * application's document at it had no error.
   */
  readonly configuration?: string;
  /**
   * Digest of the desired set that the last release which ended well made live and found healthy; empty: none. A
   * different one wanted, with nothing left to change, is a release whose end was never seen.
   */
  readonly verified: string;
  readonly release: string | null;
  readonly entries: readonly InventoryEntry[];
  readonly quarantine: readonly Quarantined[];
  /** What time and chance in its templates follow from. Absent: as when it had the name it has here, see `seedIdOf`. */
  readonly seed?: InventorySeed;
}

/** The part of a `SeedId` that only the inventory knows. */
export interface InventorySeed {
  readonly name: string;
  readonly generation: number;
  readonly clockMs: number | null;
}

/** A recorded, expiring order, kept beside the inventory so that it works without server, store or Git. */
export interface Hold {
  readonly key: InventoryKey;
  /** `freeze`: leave the target alone. `revision`: stay at `revision`, healing included. */
  readonly kind: 'freeze' | 'revision';
  /** Set for `revision` only: the state to stay at. */
  readonly revision: Revision | null;
  /** Commit of the configuration that goes with it, as in the inventory. Absent: what it says now counts. */
  readonly configuration?: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
  /** Wall clock; `null` stays until undone. */
  readonly expiresAtMs: number | null;
}

/** `application@environment`: the id by which the engine, the CLI and logs know it. */
export function inventoryKey(key: InventoryKey): string {
  return `${key.application}@${key.environment}`;
}
