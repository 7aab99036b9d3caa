import type { Api } from '../control/api.ts';
import type { InventoryKey } from '../model/inventory.ts';
import { inventoryKey } from '../model/inventory.ts';
import { resourceKey } from '../model/resource.ts';
import type { PlanSet } from '../model/plan.ts';
import type { ReleaseTrigger } from '../model/release.ts';
import { showSourceRevision } from '../model/revision.ts';
import type { SourceRevision } from '../model/revision.ts';
import type { Source } from '../source/source.ts';
import type { TargetChange } from '../targets/target.ts';
import { Batch } from './batch.ts';
import { Configuration } from './configuration.ts';
import type { RunContext } from './context.ts';
import { lowestWaveOf } from './dependencies.ts';
import { createApi } from './engine-api.ts';
import { Journal } from './journal.ts';
import { PathIndex } from './path-index.ts';
import { pollDelayMs } from './poll.ts';
import type { EngineOptions, EnginePorts } from './ports.ts';
import { pathOf } from './prepare.ts';
import { KeyedQueue } from './queue.ts';
import { reconcileApplication } from './reconcile-application.ts';
import { updateRoster } from './roster.ts';
import type { ApplicationRuntime } from './runtime.ts';
import { Timetable } from './timetable.ts';
import { pathsBySource, sourcesOf } from './trees.ts';
import { World } from './world.ts';

/** How long after a target's notice an application is looked at: a burst of writes is one look. */
const settleMs = 20;
/** How long until it is tried again whether a look under a former name has ended. */
const formerNameMs = 100;

/** In the timetable of verifications: no application, but what nobody knows of at the targets. */
const targetsThemselves = '';

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
  readonly #accepted = new Map<string, string>();
  #looking = false;
  #moves: Promise<void> = Promise.resolve();
  readonly #polls = new Map<string, AbortController>();
  readonly #verifications: Timetable;
  #lowestWave: number | null = null;
  readOnlyReason: string;
  /** Inventories of other installations are ours; each is written as such when its application is looked at. */
  foreignConfirmed: boolean;

  constructor(ports: EnginePorts, options: EngineOptions) {
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
    this.queue = new KeyedQueue(ports.clock, options.concurrency, async (id) => this.#work(id));
    this.#verifications = new Timetable(ports.clock, (id) => {
      if (id === targetsThemselves) {
        void this.#searchTargets();
        return;
      }
      this.trigger(id, 'verify');
      this.#scheduleVerification(id);
    });
    this.#context = {
      ports,
      options,
      world: this.world,
      journal: this.journal,
      queue: this.queue,
      applications: this.applications,
      lowestWave: () => (this.#lowestWave ??= lowestWaveOf(this.applications.values())),
      dependants: new Set(),
      readOnlyReason: () => this.readOnlyReason,
      looking: () => this.#looking,
      adoptForeign: () => this.foreignConfirmed,
      consumeApprovals: async (key, planSet) => this.#consumeApprovals(key, planSet),
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
    await this.#markInterrupted();
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
      runtime.triggers.clear();
      runtime.batch = null;
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
    await this.#serveLastGood();
    this.#follow();
    this.#verifications.put(targetsThemselves, this.options.verifyEveryMs);
    await stopped;
    await this.stop();
  }

  /** Fetches everything once, reconciles everything once; resolves when all rest. Retries are not waited for. */
  async once(signal: AbortSignal): Promise<void> {
    const abort = (): void => this.#stopping.abort();
    signal.addEventListener('abort', abort, { once: true });
    await this.refresh(null);
    if (!this.#accepted.has('')) await this.#serveLastGood();
    await this.queue.idle();
    await this.journal.flush();
    signal.removeEventListener('abort', abort);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const poll of this.#polls.values()) poll.abort();
    this.#verifications.clear();
    await this.queue.stop();
    this.journal.emit({
      type: 'controller.stopped',
      message: 'Fairlead stopped; what it started goes on running',
    });
    await this.journal.flush();
    await this.world.close();
  }

  /** Asks for a look at an application. */
  trigger(id: string, trigger: ReleaseTrigger | 'verify'): void {
    const runtime = this.applications.get(id);
    if (runtime === undefined) return;
    runtime.triggers.add(trigger);
    this.queue.add(id);
  }

  /** Fetches one source or all, side by side, and queues what changed. */
  async refresh(name: string | null): Promise<void> {
    const sources = this.world
      .sources()
      .filter((item) => name === null || item.config.name === name);
    // The configuration first: it may name the others.
    const repository = sources.find((item) => item.config.name === '');
    if (repository?.source != null) await this.#fetch(repository.source);
    const others = name === null ? this.world.sources() : sources;
    await Promise.all(
      others
        .filter((item) => item.config.name !== '')
        .map(async (item) => (item.source === null ? undefined : this.#fetch(item.source))),
    );
  }

  /** A revision was accepted outside of polling (a confirmed forced push, an imported bundle). */
  async accept(source: Source): Promise<void> {
    const current = source.status().current;
    if (current !== null) await this.#moved(source, current);
  }

  /** Whether anything of a source was taken over: applications are known, and asked to follow it. */
  hasTaken(source: string): boolean {
    return this.#accepted.has(source);
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
    const { config, complete } = this.configuration;
    // What another installation released and no configuration names any more is ours now, too.
    if (config !== null) await this.#inTurn(async () => updateRoster(this, config, complete));
    for (const id of this.applications.keys()) this.trigger(id, 'manual');
  }

  index(runtime: ApplicationRuntime): void {
    const { application } = runtime;
    if (application === null) return;
    const own = pathOf(application, runtime.key.environment);
    const paths = [own, ...(runtime.prepared?.paths ?? []), ...runtime.missedPaths];
    const bySource = new Map(pathsBySource(application, paths));
    // A source that nothing was read of still concerns it: another state of it is another revision.
    for (const name of sourcesOf(application)) if (!bySource.has(name)) bySource.set(name, []);
    this.paths.file(runtime.id, bySource);
  }

  /** Knows an application no longer: it is gone, or has another name. */
  drop(runtime: ApplicationRuntime): void {
    this.paths.drop(runtime.id);
    this.applications.delete(runtime.id);
    this.queue.forget(runtime.id);
    this.#verifications.drop(runtime.id);
    this.#lowestWave = null;
    for (const freed of runtime.batch?.leave(runtime.id) ?? []) this.queue.add(freed);
    runtime.batch = null;
  }

  async #work(id: string): Promise<void> {
    const runtime = this.applications.get(id);
    if (runtime === undefined) return;
    if (this.#runsUnderFormerName(runtime)) {
      this.queue.addLater(id, formerNameMs);
      return;
    }
    try {
      await reconcileApplication(this.#context, runtime);
    } catch (thrown) {
      // A bug in one application's run: told, and nobody else's problem.
      this.ports.log.error('a reconcile run broke', {
        application: id,
        error: thrown instanceof Error ? thrown.stack : String(thrown),
      });
    }
  }

  /** Whether a look that began before the renaming goes on: two would take the same things for their own. */
  #runsUnderFormerName({ key, application }: ApplicationRuntime): boolean {
    return (application?.previousNames ?? []).some((name) => {
      const former = inventoryKey({ ...key, application: name });
      return !this.applications.has(former) && this.queue.isBusy(former);
    });
  }

  #follow(): void {
    for (const { config, source } of this.world.sources()) {
      if (source === null || this.#polls.has(config.name)) continue;
      const cancel = new AbortController();
      this.#polls.set(config.name, cancel);
      void this.#poll(config.name, cancel.signal);
    }
    for (const [name, cancel] of this.#polls) {
      if (this.world.sources().some((item) => item.config.name === name && item.source !== null))
        continue;
      cancel.abort();
      this.#polls.delete(name);
    }
  }

  async #poll(name: string, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.ports;
    let failures = 0;
    while (!signal.aborted) {
      const item = this.world.sources().find((one) => one.config.name === name);
      if (item?.source == null) return;
      const ok = await this.#fetch(item.source);
      failures = ok ? 0 : failures + 1;
      await this.journal.flush();
      await clock.sleep(pollDelayMs(item.config.intervalMs, failures, random.fraction()), signal);
    }
  }

  /**
   * Asks the remote and takes what is new. What fails is told, and tried again with the next poll.
   * @returns whether the remote answered and what it said could be used; a held tip waits for a person, not for it.
   */
  async #fetch(source: Source): Promise<boolean> {
    try {
      return await this.#fetchAndTake(source);
    } catch (thrown) {
      this.ports.log.error('what a source holds could not be taken over yet', {
        source: source.name,
        error: String(thrown),
      });
      return false;
    }
  }

  async #fetchAndTake(source: Source): Promise<boolean> {
    const before = source.status();
    const fetched = await source.fetch(this.#stopping.signal);
    const after = source.status();
    const name = source.name === '' ? 'repository' : source.name;
    if (after.failing !== null && before.failing === null) {
      this.journal.emit({
        type: 'source.unreachable',
        message: `${name}: ${after.failing.message}`,
        data: { source: source.name, code: after.failing.code },
      });
    } else if (after.failing === null && before.failing !== null) {
      this.journal.emit({
        type: 'source.recovered',
        message: `${name} can be read again`,
        data: { source: source.name },
      });
    }
    if (after.held !== null && after.held.commit !== before.held?.commit) {
      this.journal.emit({
        type: 'source.held',
        message: `${name}: ${after.held.reason}`,
        data: { source: source.name, commit: after.held.commit },
      });
    }
    // What is served already may still wait to be read, so it does not depend on the remote.
    const current = fetched.ok ? fetched.value : after.current;
    if (current !== null && !this.#stopping.signal.aborted) await this.#moved(source, current);
    return fetched.ok || after.failing === null;
  }

  async #moved(source: Source, revision: SourceRevision): Promise<void> {
    await this.#inTurn(async () => this.#take(source, revision));
  }

  /** One after the other: two sources that move at once must not read the roster in the middle of a change. */
  async #inTurn(body: () => Promise<unknown>): Promise<void> {
    const turn = this.#moves.then(async () => void (await body()));
    this.#moves = turn.catch(() => {});
    await turn;
  }

  async #take(source: Source, revision: SourceRevision): Promise<void> {
    const known = this.#accepted.get(source.name);
    const isDue = source.name === '' && this.configuration.isDue;
    if (known === revision.commit && !isDue) return;
    const changed = known === undefined ? null : await source.changedPaths(known, revision.commit);
    if (known !== revision.commit) {
      this.journal.emit({
        type: 'source.updated',
        message: `${source.name || 'repository'} is at ${showSourceRevision(revision)}`,
        data: { source: source.name, commit: revision.commit },
      });
    }
    const concerned = new Set(
      changed === null
        ? this.paths.allOf(source.name)
        : this.paths.concernedBy(source.name, changed),
    );
    if (
      source.name === '' &&
      (isDue || changed === null || changed.some((path) => this.ports.loadConfig.concerns(path)))
    ) {
      for (const id of await this.#reconfigure(source, revision)) concerned.add(id);
    }
    this.#accepted.set(source.name, revision.commit);
    this.#enqueue(concerned, 'source');
  }

  async #serveLastGood(): Promise<void> {
    const source = this.world.source('');
    const { current } = source.status();
    if (current !== null) await this.#moved(source, current);
  }

  async #reconfigure(source: Source, revision: SourceRevision): Promise<readonly string[]> {
    const usable = await this.configuration.read(source, revision);
    const { config } = this.configuration;
    if (!usable || config === null) return [];
    const reopened = await this.world.adopt(config);
    const concerned = await updateRoster(this, config, this.configuration.complete);
    this.#lowestWave = null;
    for (const name of reopened) {
      this.#accepted.delete(name);
      for (const id of this.paths.allOf(name)) concerned.add(id);
    }
    if (this.options.continuous && this.#polls.size > 0) this.#follow();
    return [...concerned];
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
      for (const freed of runtime.batch?.leave(id) ?? []) this.queue.add(freed);
      runtime.batch = batch;
      // A new commit is a new chance: what failed before begins to count anew.
      runtime.attempts = 0;
      runtime.triggers.add(trigger);
    }
    for (const id of ids) if (this.applications.has(id)) this.queue.add(id);
    if (this.options.continuous) for (const id of ids) this.#scheduleVerification(id);
  }

  #scheduleVerification(id: string): void {
    if (!this.applications.has(id) || this.#verifications.has(id)) return;
    const jitter = 0.9 + 0.2 * this.ports.random.fraction();
    this.#verifications.put(id, Math.round(this.options.verifyEveryMs * jitter));
  }

  /**
   * Looks for inventories that nobody here knows: what a controller left that came back late, or what was out of reach
   * when the configuration was read. As seldom as everything else is looked at from scratch.
   */
  async #searchTargets(): Promise<void> {
    const { config, complete } = this.configuration;
    if (config !== null && !this.#stopping.signal.aborted) {
      try {
        await this.#inTurn(async () => {
          this.#enqueue(await updateRoster(this, config, complete), 'removal');
        });
      } catch (thrown) {
        this.ports.log.error('the targets could not be searched', { error: String(thrown) });
      }
    }
    if (!this.#stopping.signal.aborted) {
      this.#verifications.put(targetsThemselves, this.options.verifyEveryMs);
    }
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
    runtime.triggers.add('drift');
    this.queue.addLater(id, settleMs);
  }

  #forget(runtime: ApplicationRuntime): void {
    this.drop(runtime);
    this.journal.emit({
      type: 'application.removed',
      ...runtime.key,
      message: 'nothing of it is left',
    });
    for (const other of this.applications.values())
      if (other.removal !== null) this.trigger(other.id, 'removal');
  }

  async #consumeApprovals(key: InventoryKey, planSet: PlanSet): Promise<void> {
    const { clock, store } = this.ports;
    const nowMs = clock.nowMs();
    const used = new Set(
      planSet.plans.flatMap((plan) => plan.changes.map((change) => change.digest)),
    );
    for (const approval of await store.approvals(key.application, key.environment, nowMs)) {
      if (
        approval.digest !== planSet.digest &&
        !approval.changes.some((digest) => used.has(digest))
      )
        continue;
      await this.journal.putApproval({ ...approval, expiresAtMs: nowMs });
    }
  }

  /** Releases that were running when the last controller ended: their outcome is not known, so it is said. */
  async #markInterrupted(): Promise<void> {
    for (const release of await this.ports.store.releases({ outcome: 'running', limit: 10_000 })) {
      await this.journal.putRelease({
        ...release,
        outcome: 'interrupted',
        endedAtMs: this.ports.clock.nowMs(),
        steps: release.steps.map((step) =>
          step.result === 'started' ? { ...step, result: 'unknown' } : step,
        ),
      });
    }
  }
}

export function createEngine(ports: EnginePorts, options: EngineOptions): Engine {
  return new Engine(ports, options);
}
