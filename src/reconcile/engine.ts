import type { Api } from '../control/api.ts';
import { inventoryKey } from '../model/inventory.ts';
import { resourceKey } from '../model/resource.ts';
import type { ReleaseTrigger } from '../model/release.ts';
import type { Source } from '../source/source.ts';
import type { TargetChange } from '../targets/target.ts';
import { consumeApprovals } from './look/approvals.ts';
import type { LookTrigger } from './schedule/agenda.ts';
import { Batch } from './schedule/batch.ts';
import { Configuration } from './configuration.ts';
import { Intake } from './intake.ts';
import type { RunContext } from './look/context.ts';
import { lowestWaveOf } from './look/dependencies.ts';
import { SourceFollower } from './schedule/follow-sources.ts';
import { markInterrupted } from './journal/interrupted.ts';
import { Journal } from './journal/journal.ts';
import { PathIndex } from './schedule/path-index.ts';
import type { EngineOptions, EnginePorts } from './ports.ts';
import { pathOf } from './prepare/prepare.ts';
import { KeyedQueue } from './schedule/queue.ts';
import { RecordsRead } from './records-read.ts';
import { reconcileApplication } from './look/reconcile-application.ts';
import type { ApplicationRuntime } from './runtime.ts';
import { Configurations } from './prepare/configurations.ts';
import { ConfigurationAhead } from './prepare/ahead.ts';
import { PastSettings } from './prepare/past-settings.ts';
import { Timetable } from './schedule/timetable.ts';
import { TakenIndex } from './prepare/taken-index.ts';
import { pathsBySource, sourcesOf } from './prepare/source-trees.ts';
import { World } from './world.ts';

/** How long until it is tried again whether a look under a former name has ended. */
const formerNameMs = 100;

/** The one entry in the timetable of searches. */
const allTargets = 'all targets';

/** The reconcile loop over all applications. One per state folder. */
export class Engine {
  readonly ports: EnginePorts;
  readonly options: EngineOptions;
  readonly applications = new Map<string, ApplicationRuntime>();
  readonly journal: Journal;
  readonly queue: KeyedQueue;
  readonly world: World;
  readonly configuration: Configuration;
  readonly paths = new PathIndex();
  readonly api: Api;
  readonly startedAtMs: number;
  readonly #stopping = new AbortController();
  readonly #context: RunContext;
  readonly #taken = new TakenIndex();
  #looking = false;
  readonly #intake: Intake;
  readonly #follower: SourceFollower;
  readonly #verifications: Timetable;
  readonly #searches: Timetable;
  #lowestWave: number | null = null;
  readOnlyReason: string;
  /** Inventories of other installations are ours; each is written as such when its application is looked at. */
  foreignConfirmed: boolean;

  /** @param createApi makes what answers questions about it and takes orders */
  constructor(ports: EnginePorts, options: EngineOptions, createApi: (engine: Engine) => Api) {
    this.ports = ports;
    this.options = options;
    this.readOnlyReason = options.readOnlyReason;
    this.foreignConfirmed = options.takeOver ?? false;
    this.startedAtMs = ports.clock.nowMs();
    this.journal = new Journal(ports.store, ports.clock, ports.random, ports.log);
    this.world = new World(ports, options.repository, (_target, change) =>
      this.#onTargetChange(change),
    );
    this.configuration = new Configuration(ports, this.journal);
    this.#follower = new SourceFollower({
      ports,
      world: this.world,
      journal: this.journal,
      signal: this.#stopping.signal,
      onMoved: async (source, revision) => this.#intake.take(source, revision),
      onAsked: () => this.#wakeOutdated(),
    });
    this.queue = new KeyedQueue(ports.clock, options.concurrency, async (id) => this.#work(id));
    this.#intake = new Intake({
      engine: this,
      enqueue: (ids, trigger) => this.#enqueue(ids, trigger),
      onConfigured: () => {
        this.#lowestWave = null;
        if (options.continuous && this.#follower.isFollowing) this.#follower.follow();
      },
    });
    this.#verifications = new Timetable(ports.clock, (id) => {
      this.trigger(id, 'verify');
      this.#scheduleVerification(id);
    });
    this.#searches = new Timetable(ports.clock, () => void this.#searchTargets());
    const configurations = new Configurations(ports, this.world);
    this.#context = {
      ports,
      options,
      world: this.world,
      pastSettings: new PastSettings(configurations, this.world, this.configuration),
      ahead: new ConfigurationAhead(configurations, this.world),
      journal: this.journal,
      records: new RecordsRead(ports.clock),
      queue: this.queue,
      applications: this.applications,
      taken: this.#taken,
      lowestWave: () => (this.#lowestWave ??= lowestWaveOf(this.applications.values())),
      dependants: new Set(),
      readOnlyReason: () => this.readOnlyReason,
      looking: () => this.#looking,
      adoptForeign: () => this.foreignConfirmed,
      hasRead: (source) => this.#follower.hasRead(source),
      isToBeAsked: (source) => this.#follower.isToBeAsked(source),
      consumeApprovals: async (key, planSet) => consumeApprovals(ports, this.journal, key, planSet),
      signal: this.#stopping.signal,
      onPrepared: (runtime) => this.index(runtime),
      onGone: (runtime) => this.#forget(runtime),
    };
    this.api = createApi(this);
  }

  get context(): RunContext {
    return this.#context;
  }

  /** Opens the repository, marks what a crash interrupted, restores the last whole configuration; queues nothing. */
  async start(): Promise<void> {
    await this.world.open();
    // Who is asked to fetch meanwhile waits for it: nothing is released while a release of before is left running.
    await this.#intake.inTurn(async () => markInterrupted(this.ports, this.journal));
    const source = this.world.source('');
    await this.configuration.restore(source);
    this.journal.emit({
      type: 'controller.started',
      message: `Fairlead ${this.options.version} started`,
    });
    await this.journal.flush();
  }

  /** Fetches and reads the configuration, so that the API can answer; looks at no application by itself. */
  async load(): Promise<void> {
    this.queue.pause();
    await this.refresh(null);
    for (const runtime of this.applications.values()) {
      runtime.agenda.clear();
      runtime.batches.clear();
      this.queue.forget(runtime.id);
    }
    this.queue.resume();
  }

  /** Looks at every application and touches nothing, not even records: for commands that show. Called after `load`. */
  async look(): Promise<void> {
    this.#looking = true;
    this.readOnlyReason = 'nothing is changed by looking';
    for (const id of this.applications.keys()) this.trigger(id, 'manual');
    await this.queue.idle();
  }

  /** Follows sources and targets until `signal` aborts; then ends what runs, before its next effect. */
  async run(signal: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    // What is there already is served without asking the network: after a restart in an outage, everything goes on.
    this.#follower.begin();
    await this.#intake.takeServed();
    this.#follower.follow();
    this.#searches.put(allTargets, this.options.verifyEveryMs);
    await stopped;
    await this.stop();
  }

  /** Fetches everything once, reconciles everything once; resolves when all rest. Retries are not waited for. */
  async once(signal: AbortSignal): Promise<void> {
    const abort = (): void => this.#stopping.abort();
    signal.addEventListener('abort', abort, { once: true });
    await this.refresh(null);
    if (!this.#intake.hasTaken('')) await this.#intake.takeServed();
    await this.queue.idle();
    await this.journal.flush();
    signal.removeEventListener('abort', abort);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#follower.stop();
    this.#verifications.clear();
    this.#searches.clear();
    await this.queue.stop();
    this.journal.emit({
      type: 'controller.stopped',
      message: 'Fairlead stopped; what it started goes on running',
    });
    await this.journal.flush();
    await this.world.close();
  }

  /** Asks for a look at an application. */
  trigger(id: string, trigger: LookTrigger): void {
    const runtime = this.applications.get(id);
    if (runtime === undefined) return;
    runtime.agenda.wake(trigger);
    this.queue.add(id);
  }

  /** Fetches one source or all, side by side, and queues what changed. */
  async refresh(name: string | null): Promise<void> {
    await this.#follower.refresh(name);
  }

  /** A revision was accepted outside of polling (a confirmed forced push, an imported bundle). */
  async accept(source: Source): Promise<void> {
    const current = source.status().current;
    if (current !== null) await this.#intake.take(source, current);
    this.#follower.noteRead(source.name);
  }

  /** Whether anything of a source was taken over: applications are known, and asked to follow it. */
  hasTaken(source: string): boolean {
    return this.#intake.hasTaken(source);
  }

  /** Leaves read-only mode: a person has seen what would be done. */
  async activate(actor: string): Promise<void> {
    this.readOnlyReason = '';
    this.foreignConfirmed = true;
    this.journal.emit({
      type: 'controller.started',
      actor,
      message: `${actor} confirmed: no longer read-only`,
    });
    await this.#intake.claim();
    for (const id of this.applications.keys()) this.trigger(id, 'manual');
  }

  index(runtime: ApplicationRuntime): void {
    const { application } = runtime.declared;
    if (application === null) return;
    const own = pathOf(application, runtime.key.environment);
    const paths = [own, ...runtime.wanted.paths];
    const bySource = new Map(pathsBySource(application, paths));
    // A source that nothing was read of still concerns it: another state of it is another revision.
    for (const name of sourcesOf(application)) if (!bySource.has(name)) bySource.set(name, []);
    this.paths.file(runtime.id, bySource);
  }

  /** Applications that were left alone because what is wanted was only remembered. */
  #wakeOutdated(): void {
    for (const { id, pending } of this.applications.values())
      if (pending.outdated !== null) this.trigger(id, 'source');
  }

  /** Knows an application no longer: it is gone, or has another name. */
  drop(runtime: ApplicationRuntime): void {
    this.paths.drop(runtime.id);
    this.#taken.set(runtime.id, []);
    this.applications.delete(runtime.id);
    this.queue.forget(runtime.id);
    this.#verifications.drop(runtime.id);
    this.#lowestWave = null;
    for (const freed of runtime.batches.leave()) this.queue.add(freed);
  }

  async #work(id: string): Promise<void> {
    const runtime = this.applications.get(id);
    if (runtime === undefined) return;
    if (this.#runsUnderFormerName(runtime)) {
      this.queue.addLater(id, formerNameMs);
      return;
    }
    try {
      await this.#context.records.during(id, () => reconcileApplication(this.#context, runtime));
    } catch (thrown) {
      // A bug in one application's run: told, and nobody else's problem.
      this.ports.log.error('a reconcile run broke', {
        application: id,
        error: thrown instanceof Error ? thrown.stack : String(thrown),
      });
    }
  }

  /** Whether a look that began before the renaming goes on: two would take the same things for their own. */
  #runsUnderFormerName({ key, declared: { application } }: ApplicationRuntime): boolean {
    return (application?.previousNames ?? []).some((name) => {
      const former = inventoryKey({ ...key, application: name });
      return !this.applications.has(former) && this.queue.isBusy(former);
    });
  }

  #enqueue(ids: ReadonlySet<string>, trigger: ReleaseTrigger): void {
    if (ids.size === 0) return;
    const batch = new Batch(ids);
    for (const id of ids) {
      const runtime = this.applications.get(id);
      if (runtime === undefined) {
        batch.leave(id);
        continue;
      }
      for (const freed of runtime.batches.join(batch)) this.queue.add(freed);
      runtime.beginAnew(trigger);
      // What it wants now comes out with its next look; nobody gives up anything for what it wanted before.
      this.#taken.set(id, []);
    }
    for (const id of ids) if (this.applications.has(id)) this.queue.add(id);
    if (this.options.continuous) for (const id of ids) this.#scheduleVerification(id);
  }

  #scheduleVerification(id: string): void {
    if (!this.applications.has(id) || this.#verifications.has(id)) return;
    const jitter = 0.9 + 0.2 * this.ports.random.fraction();
    this.#verifications.put(id, Math.round(this.options.verifyEveryMs * jitter));
  }

  /** As seldom as everything else is looked at from scratch. */
  async #searchTargets(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      if (!signal.aborted) await this.#intake.search();
    } catch (thrown) {
      this.ports.log.error('the targets could not be searched', { error: String(thrown) });
    }
    if (!signal.aborted) this.#searches.put(allTargets, this.options.verifyEveryMs);
  }

  #onTargetChange(change: TargetChange): void {
    const id = inventoryKey(change.key);
    const runtime = this.applications.get(id);
    if (runtime === undefined || this.#stopping.signal.aborted) return;
    this.ports.log.debug('the target noticed something', {
      application: id,
      resource: change.id === null ? null : resourceKey(change.id),
      what: change.message,
    });
    this.queue.addLater(id, runtime.notice(change, this.ports.clock.monotonicMs()));
  }

  #forget(runtime: ApplicationRuntime): void {
    this.drop(runtime);
    this.journal.emit({
      type: 'application.removed',
      ...runtime.key,
      message: 'nothing of it is left',
    });
    for (const other of this.applications.values())
      if (other.declared.removal !== null && other.status.state !== 'backing-off')
        this.trigger(other.id, 'removal');
  }
}
