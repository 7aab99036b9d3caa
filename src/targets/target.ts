import type { ClusterCapabilities, Lookup, LookupResult } from '../model/cluster.ts';
import type { Health } from '../model/status.ts';
import type { Hold, Inventory, InventoryEntry, InventoryKey } from '../model/inventory.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubernetesConfig, ProjectConfig } from '../model/config.ts';
import type {
  Deletion,
  Desired,
  Live,
  Manifest,
  Observation,
  ResourceId,
} from '../model/resource.ts';
import type { Reach } from '../model/reach.ts';
import type { Result } from '../model/result.ts';
import type { Forest } from '../model/tree.ts';

/** What a resource is looked up by: its id, and where it is when the id does not say it. */
export interface Reference {
  readonly id: ResourceId;
  readonly locator: JsonObject;
  /** UID and digest that the inventory recorded, `null` for things we never made. */
  readonly uid: string | null;
  /** What is wanted, when known: lets a target compare in the shape of the wish. */
  readonly desired: Desired | null;
  /** What the inventory knows of it; default: nothing. */
  readonly recorded?: Recorded | null;
}

/** What was applied last, and what the target made of it. */
export type Recorded = Pick<InventoryEntry, 'uid' | 'digest' | 'fields' | 'baseline'> &
  Partial<Pick<InventoryEntry, 'prune' | 'deletion'>>;

/** One change to carry out. The target checks the precondition itself, as late as it can. */
export interface Effect {
  readonly key: InventoryKey;
  readonly applicationUid: string;
  readonly id: ResourceId;
  /** What must be there: this UID, or nothing (`null`). A mismatch is `target.precondition-failed`. */
  readonly uid: string | null;
  readonly locator: JsonObject;
  /** Called right before the world is touched; throws when a newer writer has taken over (fencing). */
  readonly fence: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The fields that the last release owned here; default: none. */
  readonly owned?: JsonObject | null;
  /** UID that the record has of what is here; default: none. */
  readonly recordedUid?: string | null;
  /** What is there is another thing than the one that the last release left: somebody has made it anew. Default false. */
  readonly isRemade?: boolean;
  /** Of what is deleted: what becomes of what it owns there. Default: it goes after it. */
  readonly dependents?: Deletion['dependents'] | undefined;
  /** Of what is deleted and does not go at once: called with what it waits for, in words. Default: nobody wants to know. */
  readonly onWaiting?: ((why: string) => void) | undefined;
}

/** An effect that makes or runs something. */
export interface ApplyEffect extends Effect {
  /** `replace`: it cannot be changed in place, so the thing with this UID goes and a new one comes. */
  readonly action: 'create' | 'update' | 'replace' | 'run';
  readonly desired: Desired;
  /** Paths of fields that are to be taken from whoever keeps them; default: none. */
  readonly takesOver?: readonly string[];
  /** What the plan says the target makes by itself so that this can be made; default: nothing. */
  readonly mayMake?: readonly ResourceId[];
  /** UID of what somebody else has left under the name of what is run, and may go for it; default: nothing may. */
  readonly displaces?: string | undefined;
  /** Of what is run: also where an earlier run of the same wish ended well. Default false. */
  readonly again?: boolean;
  /** Called when what was run has failed, while it is still there. Default: nobody wants to know. */
  readonly onFailed?: (signal: AbortSignal) => Promise<void>;
}

/** What is there after an effect. */
export interface Applied {
  readonly uid: string;
  /** What is left to do once this is on record and the release is over: the object that a hook was goes. Default: nothing. */
  readonly tidy?: (signal: AbortSignal) => Promise<void>;
  /** Digest of what the target made of the wish: `InventoryEntry.baseline`. */
  readonly baseline?: string;
  /** Why nothing had to be done, as a sentence; of what `Desired.asksFirst`. Default: it was done. */
  readonly skipped?: string;
}

/** Something changed at the target, by whomever. Says where to look, not what is true: read again. */
export interface TargetChange {
  readonly key: InventoryKey;
  readonly id: ResourceId | null;
  /** Somebody else wrote what is recorded of the application; of its resources this tells nothing. Default false. */
  readonly isRecord?: boolean;
  /** One sentence: "index.html was written", "process web ended with code 1". */
  readonly message: string;
}

/** What to watch for one application in one environment. */
export interface WatchScope {
  readonly key: InventoryKey;
  readonly references: readonly Reference[];
}

/** How sure a record must be. */
export interface LoadOptions {
  /**
   * What is told was surely so within this time (milliseconds), whatever the target has to do for it: for what must not be
   * overtaken. Default: as the target knows it by itself, which may lag behind.
   */
  readonly provenWithinMs?: number;
}

/**
 * Inventories and holds, kept at the target itself. Every write is durable when its promise resolves.
 * `load` fails with `target.inventory-newer` for a `formatVersion` this code does not know, and with
 * `target.inventory-unreadable` for damage: never "empty".
 */
export interface Ledger {
  /**
   * Where at the target the records are kept. Targets of the same `uid` with the same place share them, whatever they are
   * called. Default: no other target has them.
   */
  readonly place?: string;
  load(key: InventoryKey, options?: LoadOptions): Promise<Inventory | null>;
  /** Fails with `target.inventory-conflict` unless the stored epoch is `expectedEpoch` (`null`: none stored). */
  save(key: InventoryKey, inventory: Inventory, expectedEpoch: number | null): Promise<void>;
  /** Forgets an inventory that is empty. */
  remove(key: InventoryKey, expectedEpoch: number): Promise<void>;
  /** All inventories that are kept here. */
  list(): Promise<readonly InventoryKey[]>;
  loadHold(key: InventoryKey): Promise<Hold | null>;
  /** `null` ends the hold. */
  saveHold(key: InventoryKey, hold: Hold | null): Promise<void>;
  listHolds(): Promise<readonly Hold[]>;
}

/** Where things run. Drivers live in a folder each and pass `test/contract/target.ts`. */
export interface Target {
  readonly name: string;
  readonly driver: string;
  /** Immutable identity of the place (machine id, cluster UID), part of every change's digest. */
  readonly uid: string;
  readonly ledger: Ledger;
  /** Checks and completes manifests; `input` errors name file, line and field. Reads secrets it must seal. */
  prepare(manifests: readonly Manifest[], scope: PrepareScope): Promise<Result<readonly Desired[]>>;
  /** Looks at each reference; a failure to look is `unreadable`, never `absent`. Same order, one for one. */
  read(
    key: InventoryKey,
    references: readonly Reference[],
    signal?: AbortSignal,
    options?: ReadOptions,
  ): Promise<readonly Observation[]>;
  /** Creates, updates or runs. @throws FairleadError */
  apply(effect: ApplyEffect): Promise<Applied>;
  /** Removes; resolves when the thing is gone, also when it already was. @throws FairleadError */
  remove(effect: Effect): Promise<void>;
  /**
   * Marks as ours what is there and already as wanted; changes nothing that anybody uses. Optional: where there is
   * nothing to mark, the inventory alone learns of it. @throws FairleadError
   */
  adopt?(effect: ApplyEffect): Promise<Applied>;
  /**
   * What is to be run before and after everything in an inventory goes, from the record alone: the source may be gone.
   * Optional: nothing is.
   */
  removalRuns?(inventory: Inventory): readonly Desired[];
  /**
   * Takes away what earlier runs have left of something that is given up instead of run. Optional: nothing is left.
   * @throws FairleadError
   */
  leaveOut?(effect: ApplyEffect): Promise<void>;
  /** Health of one live resource; `desired` is `null` for what the source no longer has. */
  health(live: Live, desired: Desired | null): Health;
  /**
   * Why a resource is not healthy, as exactly as asking for it now tells, in the words of `health`; `null` where there is
   * no more to say. Optional. @throws FairleadError where it cannot be asked
   */
  explain?(key: InventoryKey, id: ResourceId, signal?: AbortSignal): Promise<Health | null>;
  /**
   * How long a resource may be `Degraded` before a release that waits for it is given up, in milliseconds; `null` where
   * that is said only of what will not recover by itself. Optional: it always is.
   */
  patienceMs?(id: ResourceId): number | null;
  /** Replaces what is watched for `scope.key`; an empty list ends it. */
  watch(scope: WatchScope): Promise<void>;
  /** The one listener for what watching finds, and for holds and records that others wrote (id `null`). */
  onChange(listener: (change: TargetChange) => void): void;
  /** Why changes of an application's resources are not noticed at once right now, as sentences. Optional: they are. */
  unwatched?(key: InventoryKey): readonly string[];
  /** Whether it answers, as was seen last; asks nothing. Optional: it is where the controller is. */
  reach?(): Reach;
  /** Ends watches and helpers of this process; things at the target go on. */
  close(): Promise<void>;
  /** A manifest as it may be shown: values that are secret by its kind are sealed. Optional: manifests hold none. */
  withoutSecrets?(manifest: Manifest): JsonObject;
  /** What charts may ask about the place with `.Capabilities`; cheap when asked again. Optional. @throws FairleadError */
  capabilities?(): Promise<ClusterCapabilities>;
  /** Answers a template's `lookup`, as the project of `scope` may see it. Optional: nothing is there. @throws FairleadError */
  lookUp?(lookup: Lookup, scope: PrepareScope): Promise<LookupResult>;
  /** Output of a resource, newest last; optional. */
  logs?(key: InventoryKey, id: ResourceId, options: LogOptions): AsyncIterable<string>;
  /** Kinds whose output is shown where no resource is named. Default: `Process`. */
  readonly loggedKinds?: readonly string[];
  /** Each resource with what it owns at the target, down to what runs. Optional. @throws FairleadError where nothing can be seen */
  tree?(key: InventoryKey, ids: readonly ResourceId[], signal?: AbortSignal): Promise<Forest>;
}

/** How carefully to look. */
export interface ReadOptions {
  /** Trust nothing that watching brought: look at everything itself (invariant 11). Default false. */
  readonly fromScratch?: boolean;
  /** Start no program that a manifest names: what only its check could tell is `Live.unasked`. Default false. */
  readonly runNothing?: boolean;
  /** What is wanted was there before and is gone back to. Default false. */
  readonly goesBack?: boolean;
  /**
   * Ask the target, without making anything, whether it will take what is not there yet: a person is about to read the plan.
   * Default: it says so when it is made.
   */
  readonly triesNew?: boolean;
  /** What is run at some moment is about to be, so what has its name matters now. Default: with releases alone. */
  readonly isDue?: boolean;
}

/** For whom manifests are prepared, and within which limits. */
export interface PrepareScope {
  readonly key: InventoryKey;
  readonly project: ProjectConfig | null;
  /** Names the application had before: what an inventory under one of them owns is its own. Default none. */
  readonly previousNames?: readonly string[];
  /** What the application says about Kubernetes. Default: nothing. */
  readonly kubernetes?: KubernetesConfig | undefined;
  /** Whether the tests of its charts run with each release. Default false. */
  readonly runsTests?: boolean;
  /** Takes what a person should know about a manifest that is no error; shown with the application. */
  readonly warn?: (message: string) => void;
  /**
   * Where a field of a manifest stands in its file, or its nearest parent that is there; lines and columns count from 1. `null`: it
   * does not stand there as it is, because something made it. Default: nobody can tell.
   */
  readonly locate?: (
    manifest: Manifest,
    path: readonly (string | number)[],
    atKey: boolean,
  ) => Promise<{ readonly line: number; readonly column: number } | null>;
  /**
   * Is told what another application owns, and that one; the preparation fails for it, unless the answer is that it will have
   * been given up by the time when anything is done.
   */
  readonly onTaken?: (wanted: Pick<Desired, 'id' | 'locator'>, owner: InventoryKey) => boolean;
}

/** How much output. */
export interface LogOptions {
  /** Lines from the end; default 200. */
  readonly tail: number;
  /** Whether to go on with what comes until `signal` aborts. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}
