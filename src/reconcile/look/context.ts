import type { ErrorRecord } from '../../model/error.ts';
import type { Inventory, InventoryKey } from '../../model/inventory.ts';
import type { Plan, PlanSet } from '../../model/plan.ts';
import type { Desired, Observation } from '../../model/resource.ts';
import type { Revision } from '../../model/revision.ts';
import type { SeedId } from '../../model/seed.ts';
import type { Given } from '../../plan/unwanted.ts';
import type { Target } from '../../targets/target.ts';
import type { Journal } from '../journal/journal.ts';
import type { EngineOptions, EnginePorts } from '../ports.ts';
import type { KeyedQueue } from '../schedule/queue.ts';
import type { RecordsRead } from '../records-read.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { TakenIndex } from '../prepare/taken-index.ts';
import type { ConfigurationAhead } from '../prepare/ahead.ts';
import type { PastSettings } from '../prepare/past-settings.ts';
import type { World } from '../world.ts';

/** What one run of one application needs of the engine. */
export interface RunContext {
  readonly ports: EnginePorts;
  readonly options: EngineOptions;
  readonly world: World;
  readonly pastSettings: PastSettings;
  readonly ahead: ConfigurationAhead;
  readonly journal: Journal;
  /** What applications have on record at the targets, for who leaves. */
  readonly records: RecordsRead;
  readonly queue: KeyedQueue;
  readonly applications: ReadonlyMap<string, ApplicationRuntime>;
  /** What the wanted revisions of applications name and others own, for which they cannot be prepared. */
  readonly taken: TakenIndex;
  /** Of all applications: who has it waits for no earlier wave. */
  readonly lowestWave: () => number;
  /** Applications that wait for others, and some that did; looked at when one comes to rest. */
  readonly dependants: Set<ApplicationRuntime>;
  /** Not empty: show only. */
  readonly readOnlyReason: () => string;
  /** A command looks, without a controller: say what would be done, and do nothing. */
  readonly looking: () => boolean;
  /** A person confirmed that inventories of another installation are to be taken over. */
  readonly adoptForeign: () => boolean;
  /** Whether a source was read since the controller started, rather than only remembered; the configuration's own is ''. */
  readonly hasRead: (source: string) => boolean;
  /** Whether a source is still to be asked for the first time since the start. */
  readonly isToBeAsked: (source: string) => boolean;
  /** A yes is used up by the release it allowed. */
  readonly consumeApprovals: (key: InventoryKey, planSet: PlanSet) => Promise<void>;
  /** Stops before the next effect when the controller ends. */
  readonly signal: AbortSignal;
  /** The application's paths in its source changed: look them up from now on. */
  readonly onPrepared: (runtime: ApplicationRuntime) => void;
  /** Removed for good: nothing is owned and nothing is configured. */
  readonly onGone: (runtime: ApplicationRuntime) => void;
}

/** One target of the application, and what is recorded there. */
export interface Held {
  readonly target: Target;
  readonly wanted: boolean;
  readonly inventory: Inventory | null;
  readonly storedEpoch: number | null;
  readonly handedOverFrom: string | null;
}

/** One target's share of a planned run. */
export interface TargetPlan {
  readonly target: Target;
  readonly desired: readonly Desired[];
  /** What is run before and after everything goes; empty where the application stays. */
  readonly runs: readonly Desired[];
  readonly inventory: Inventory | null;
  /** Epoch under this application's own key; `null` when nothing is stored there (first release, or handed over). */
  readonly storedEpoch: number | null;
  /** The name whose inventory is handed over, or `null`. */
  readonly handedOverFrom: string | null;
  readonly observations: ReadonlyMap<string, Observation>;
  readonly plan: Plan;
  /** Places that the plan leaves as they are for now. Default: none. */
  readonly leftAlone?: ReadonlySet<string>;
  readonly forget: readonly string[];
  /** See `Planned.given`. */
  readonly given: readonly Given[];
  /** See `Planned.handedOver`. */
  readonly handedOver: ReadonlyMap<string, string>;
}

/** Whether what is live was never seen to work: its release ended unseen, or unhealthy. */
export function isUnverified(item: TargetPlan): boolean {
  return (
    item.inventory !== null &&
    item.desired.length > 0 &&
    item.inventory.verified !== item.plan.desiredDigest
  );
}

/** Everything known after planning, before anything is decided. */
export interface PlannedRun {
  readonly planSet: PlanSet;
  readonly targets: readonly TargetPlan[];
  readonly revision: Revision;
  /** Commit of the configuration that goes with it; `undefined` where `revision` has that repository itself. */
  readonly configuration: string | undefined;
  /** Why this is not what the source says now (bad input, quarantined): the last good state is planned instead. */
  readonly problem: ErrorRecord | null;
  /**
   * `quarantined`: what the source says failed before, so going back is the plan. `broken`: it cannot be used at
   * all, so the last good state is only kept up; nothing else is done.
   */
  readonly fallback: 'none' | 'broken' | 'quarantined';
  readonly warnings: readonly string[];
  /** What its templates drew from; kept in the inventory with the release. */
  readonly seed: SeedId;
  /** Planned as the removal of the application. What the configuration says may have moved on since. */
  readonly leaving: boolean;
  /**
   * Whether it comes to all that is wanted, as far as anybody knows; where something was given up, or is fought over that was
   * never seen to work, it does not, and is no last good state. Default true.
   */
  readonly isWhole?: boolean;
}
