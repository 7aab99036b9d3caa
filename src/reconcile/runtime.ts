import type { ApplicationConfig, EnvironmentConfig, ProjectConfig } from '../model/config.ts';
import type { ErrorRecord } from '../model/error.ts';
import type { Hold, InventoryKey } from '../model/inventory.ts';
import { inventoryKey } from '../model/inventory.ts';
import type { PlanSet } from '../model/plan.ts';
import type { JournalStep, ReleaseTrigger } from '../model/release.ts';
import type { Revision } from '../model/revision.ts';
import type { Health, SyncStatus } from '../model/status.ts';
import type { TargetChange } from '../targets/target.ts';
import type { ResourceView } from '../control/api.ts';
import type { NamedHealth } from '../health/aggregate.ts';
import { transition } from '../release/machine.ts';
import type { ApplicationEvent, ApplicationState } from '../release/machine.ts';
import { Agenda } from './schedule/agenda.ts';
import { Batches } from './schedule/batches.ts';
import { Attempts } from './look/attempts.ts';
import { Ownership } from './look/ownership.ts';
import { PastReleases } from './look/past-releases.ts';
import type { KeptPrepared } from './prepare/prepared.ts';
import type { GivenNote } from './prepare/taken.ts';

/** How long after a target's notice an application is looked at: a burst of writes is one look. */
const settleMs = 20;

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
  /** What it depended on when it was last configured; what leaves goes before what it stands on. */
  lastDependsOn: readonly string[] = [];
  /**
   * The project it was of when it was last configured, as that was then; `null`: it was of none; `undefined`: it never was
   * configured since the controller started.
   */
  lastProject: ProjectConfig | null | undefined = undefined;

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

  /** Whether what the store remembers of it was asked for, and what that is; see `recallRuntime`. */
  stored: string | null | undefined = undefined;
  /** Why what is live is left alone until its sources have answered, see `outdatedReason`; `null`: it is not. */
  outdated: string | null = null;
  /** A release that is live at a target, and that history was seen to have; `null`: none was looked for. */
  knownRelease: string | null = null;
  /** The one that is live and that history does not have, once approvals were withdrawn for that. */
  unknownRelease: string | null = null;
  prepared: KeptPrepared | null = null;
  /** Paths that were read before the wanted revision turned out not to be renderable. */
  missedPaths: readonly string[] = [];
  /** What others give up for it to have, by where and place, see `noteGiven`. */
  readonly given = new Map<string, GivenNote>();
  readonly agenda = new Agenda();
  readonly batches: Batches;
  readonly attempts = new Attempts();
  readonly ownership = new Ownership();
  readonly releases = new PastReleases();

  constructor(key: InventoryKey) {
    this.key = key;
    this.id = inventoryKey(key);
    this.batches = new Batches(this.id);
  }

  move(event: ApplicationEvent): void {
    this.state = transition(this.state, event);
  }

  /** A new commit is a new chance: what failed before begins to count anew. */
  beginAnew(trigger: ReleaseTrigger): void {
    this.attempts.beginAnew();
    this.ownership.endDispute();
    this.agenda.wake(trigger);
  }

  /**
   * Its target noticed something.
   * @param nowMs monotonic
   * @returns in how many milliseconds it is to be looked at
   */
  notice({ isRecord = false }: TargetChange, nowMs: number): number {
    const patience = isRecord ? this.ownership.writtenByAnother(nowMs) : 0;
    // What may wait that long keeps nobody waiting who depends on it.
    if (patience === 0) this.agenda.wake('drift');
    else this.agenda.notices.note();
    return Math.max(settleMs, patience);
  }

  get works(): boolean {
    return this.health.status === 'Healthy' || this.health.status === 'Suspended';
  }

  /** Whether what is live is what is wanted and works, with nothing pending: what dependants wait for. */
  get isSettled(): boolean {
    return this.state === 'synced' && this.works && this.agenda.triggers.size === 0;
  }
}
