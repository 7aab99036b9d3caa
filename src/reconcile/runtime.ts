import type { ApplicationConfig, EnvironmentConfig, ProjectConfig } from '../model/config.ts';
import type { ErrorRecord } from '../model/error.ts';
import type { Hold, InventoryKey } from '../model/inventory.ts';
import { inventoryKey } from '../model/inventory.ts';
import type { PlanSet } from '../model/plan.ts';
import type { JournalStep, Release, ReleaseTrigger } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
import type { Health, SyncStatus } from '../model/status.ts';
import type { TargetChange } from '../targets/target.ts';
import type { ResourceView, SyncOutcome, TestOutcome, TestRequest } from '../control/api.ts';
import type { NamedHealth } from '../health/aggregate.ts';
import type { HealLog } from '../release/contest.ts';
import { transition } from '../release/machine.ts';
import type { ApplicationEvent, ApplicationState } from '../release/machine.ts';
import type { Batch } from './schedule/batch.ts';
import { noDispute, patienceMs, writtenByAnother } from './look/dispute.ts';
import { Notices } from './schedule/notices.ts';
import type { KeptPrepared } from './prepare/prepared.ts';
import type { GivenNote } from './prepare/taken.ts';

/** How long after a target's notice an application is looked at: a burst of writes is one look. */
const settleMs = 20;

/** A person's wish that the next run must answer. */
export interface RunRequest {
  readonly actor: string;
  readonly reason: string;
  readonly agreed: string | null;
  readonly retryQuarantined: boolean;
  /** Go on without what is to be run at a removal. Default false. */
  readonly withoutHooks?: boolean | undefined;
  readonly trigger: ReleaseTrigger;
  readonly answer: (outcome: SyncOutcome) => void;
}

/** A person's wish to have the tests run, with whom it is answered to. */
export interface TestOrder {
  readonly request: TestRequest;
  readonly answer: (outcome: TestOutcome) => void;
  readonly refuse: (error: unknown) => void;
}

/** What a release that failed has left undone, and why. */
export interface Undone {
  readonly error: ErrorRecord;
  /** Digests of changes; of a release that made everything and did not become healthy none. */
  readonly changes: ReadonlySet<string>;
  /** What was wanted then, see `wishOf`: another wish is another chance. */
  readonly wish: string;
}

/**
 * What the controller knows of one application in one environment, in memory only: all of it can be rebuilt from
 * Git, the target's ledger and the store.
 */
export class ApplicationRuntime {
  readonly key: InventoryKey;
  readonly id: string;
  /** `null` once it left the configuration. */
  application: ApplicationConfig | null = null;
  environment: EnvironmentConfig | null = null;
  /** What its project and its targets were like when it was last configured, see `surroundingsOf`. */
  surroundings = '';
  /** How it leaves; `null` while it is configured. */
  removal: 'confirm' | 'delete' | 'orphan' | null = null;
  /**
   * A person wants it to leave without what is to be run then; asked for with each `sync`, and remembered until then, so
   * that somebody else can agree to it.
   */
  withoutHooks = false;
  /** What it depended on when it was last configured; what leaves goes before what it stands on. */
  lastDependsOn: readonly string[] = [];
  /**
   * The project it was of when it was last configured, as that was then; `null`: it was of none; `undefined`: it never was
   * configured since the controller started.
   */
  lastProject: ProjectConfig | null | undefined = undefined;
  /** By target: the release of another controller whose announcements are not there, and since when that is known; monotonic. */
  readonly foreignReleases = new Map<string, { readonly id: string; readonly sinceMs: number }>();
  /** Targets where its inventory is known to be, configured or not. */
  readonly ownedAt = new Set<string>();

  state: ApplicationState = 'pending';
  message = 'not looked at yet';
  sync: SyncStatus = 'Unknown';
  health: Health = { status: 'Unknown', message: 'not looked at yet' };
  error: ErrorRecord | null = null;
  warnings: readonly string[] = [];
  resources: readonly ResourceView[] = [];
  /** Changes that were carried out and do not show in `resources` yet, by place. */
  readonly unshown = new Map<string, JournalStep>();
  /** What its own health checks said last. */
  checks: readonly NamedHealth[] = [];
  wanted: Revision = [];
  live: Revision = [];
  plan: PlanSet | null = null;
  waiting: { readonly digest: string; readonly reason: string } | null = null;
  waitsFor: readonly string[] = [];
  hold: Hold | null = null;
  lastRelease: (Pick<Release, 'id' | 'outcome'> & { readonly atMs: number }) | null = null;

  /** Whether history was asked for it. */
  recalled = false;

  /** Failures in a row of the same desired state. */
  attempts = 0;
  attemptedDigest = '';
  nextAttemptAtMs: number | null = null;
  /** The same in monotonic time, by which it is kept. */
  retryAtMs: number | null = null;
  /** Failed and is tried again at `retryAtMs`, and no sooner because somebody looks. */
  putOff: Undone | null = null;
  /**
   * Failed for good: only a commit, a person or another change at its place tries it again. `null` where nothing was
   * given up, or there was a new chance since.
   */
  givenUp: Undone | null = null;
  /** By target: the digest of the desired state for whose failure what is to run then has run. */
  readonly failuresSeenTo = new Map<string, string>();
  /** Whether what the store remembers of it was asked for, and what that is; see `recallRuntime`. */
  stored: string | null | undefined = undefined;
  healLog: HealLog = new Map();
  /** Why what is live is left alone until its sources have answered, see `outdatedReason`; `null`: it is not. */
  outdated: string | null = null;
  /** A release that is live at a target, and that history was seen to have; `null`: none was looked for. */
  knownRelease: string | null = null;
  /** The one that is live and that history does not have, once approvals were withdrawn for that. */
  unknownRelease: string | null = null;
  /** Whether another controller writes its record in turn with this one. */
  dispute = noDispute;
  prepared: KeptPrepared | null = null;
  /** Paths that were read before the wanted revision turned out not to be renderable. */
  missedPaths: readonly string[] = [];
  /** What others give up for it to have, by where and place, see `noteGiven`. */
  readonly given = new Map<string, GivenNote>();
  batch: Batch | null = null;
  /** Batches that it left for newer ones before it could say what it wants. */
  readonly formerBatches = new Set<Batch>();
  /** Whether a look at it has ended since the controller started. */
  wasLookedAt = false;
  /** Why it runs next; empty: nothing asked since the last look. */
  readonly triggers = new Set<ReleaseTrigger | 'verify'>();
  readonly requests: RunRequest[] = [];
  readonly tests: TestOrder[] = [];
  /** What was noticed of it; wakes who waits for its health. */
  readonly notices = new Notices();

  constructor(key: InventoryKey) {
    this.key = key;
    this.id = inventoryKey(key);
  }

  move(event: ApplicationEvent): void {
    this.state = transition(this.state, event);
  }

  /** A new commit is a new chance: what failed before begins to count anew. */
  beginAnew(trigger: ReleaseTrigger): void {
    this.attempts = 0;
    this.dispute = noDispute;
    this.triggers.add(trigger);
    this.notices.note();
  }

  /**
   * Its target noticed something.
   * @param nowMs monotonic
   * @returns in how many milliseconds it is to be looked at
   */
  notice({ isRecord = false }: TargetChange, nowMs: number): number {
    this.notices.note();
    if (isRecord) this.dispute = writtenByAnother(this.dispute, nowMs);
    const patience = isRecord ? patienceMs(this.dispute) : 0;
    // What may wait that long keeps nobody waiting who depends on it.
    if (patience === 0) this.triggers.add('drift');
    return Math.max(settleMs, patience);
  }

  /** Whether a change failed, and is left alone until its time or a new chance. */
  isLeftUndone(digest: string): boolean {
    return this.givenUp?.changes.has(digest) === true || this.putOff?.changes.has(digest) === true;
  }

  get works(): boolean {
    return this.health.status === 'Healthy' || this.health.status === 'Suspended';
  }

  /** Whether what is live is what is wanted and works, with nothing pending: what dependants wait for. */
  get isSettled(): boolean {
    return this.state === 'synced' && this.works && this.triggers.size === 0;
  }
}
