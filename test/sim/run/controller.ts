import type { SourceConfig } from '../../../src/model/config.ts';
import type { Health } from '../../../src/model/status.ts';
import { createEngine } from '../../../src/reconcile/create-engine.ts';
import type { Engine } from '../../../src/reconcile/engine.ts';
import type { EngineLog, EnginePorts } from '../../../src/reconcile/ports.ts';
import { createRendererRegistry } from '../../../src/render/registry.ts';
import { createSealer, sha256 } from '../../../src/system/hasher.ts';
import { emptyMirror, SimSource } from '../git/source.ts';
import type { Mirror } from '../git/source.ts';
import { placeDown } from '../place/errors.ts';
import type { Witness } from '../place/witness.ts';
import { epochMs, SimClock } from '../world/clock.ts';
import type { Process } from '../world/scheduler.ts';
import { copyStoreData, emptyStoreData, SimStore } from '../world/store.ts';
import type { StoreData } from '../world/store.ts';
import { paceOf } from './driver.ts';
import type { CrashPoint, Machine } from './machine.ts';
import { configLoader, plainPacker, sealOnce } from './ports.ts';
import type { World } from './world.ts';

/** What a controller keeps on its disk. */
export interface StateFolder {
  readonly installation: string;
  readonly store: StoreData;
  /** By URL. */
  readonly mirrors: Map<string, Mirror>;
  /** Restored from a backup, and not confirmed since. */
  restored: boolean;
}

export function emptyState(installation: string): StateFolder {
  return { installation, store: emptyStoreData(), mirrors: new Map(), restored: false };
}

export function copyState(state: StateFolder): StateFolder {
  return {
    installation: state.installation,
    store: copyStoreData(state.store),
    mirrors: new Map(
      [...state.mirrors].map(([url, mirror]) => [
        url,
        { ...mirror, fetched: new Set(mirror.fetched) },
      ]),
    ),
    restored: state.restored,
  };
}

/** How long a supervisor waits before it starts a controller again that could not start. */
const restartAfterMs = 30_000;

/** A machine that runs a controller: its process can die and be started anew, its disk stays. */
export class Controller {
  readonly name: string;
  readonly #world: World;
  state: StateFolder;
  wallOffsetMs = 0;
  /** Whether it is started again when it was stopped. */
  mustRun = false;
  /** Whether it is started again when it could not start. */
  isSupervised = true;
  /** The process that runs; `null`: none. */
  machine: Machine | null = null;
  engine: Engine | null = null;
  #count = 0;
  #stop: AbortController | null = null;
  #crash: { point: CrashPoint; after: number } | null = null;

  constructor(world: World, name: string, state: StateFolder) {
    this.#world = world;
    this.name = name;
    this.state = state;
  }

  get isRunning(): boolean {
    return this.machine?.process.alive === true;
  }

  /** What its wall clock shows. */
  get clockMs(): number {
    return epochMs + this.#world.scheduler.nowMs + this.wallOffsetMs;
  }

  /** Starts a process, unless one runs. */
  start(): void {
    if (this.isRunning) return;
    this.#count += 1;
    const process: Process = { name: `${this.name}${this.#count}`, alive: true, paused: false };
    const machine = this.#createMachine(process);
    const engine = createEngine(this.#ports(machine), {
      version: '0.0.0',
      installation: this.state.installation,
      repository: repositoryConfig(this.#world),
      concurrency: this.#world.setup.concurrency,
      readOnlyReason: this.state.restored ? 'the state folder was restored from a backup' : '',
      only: null,
      continuous: true,
      verifyEveryMs: paceOf(this.#world.setup.model.driver).verifyMs,
    });
    const stop = new AbortController();
    this.machine = machine;
    this.engine = engine;
    this.#stop = stop;
    this.#world.judge.onStart(this);
    this.#world.trace.add(`${process.name} starts`);
    void this.#run(engine, process, stop.signal);
  }

  async #run(engine: Engine, process: Process, signal: AbortSignal): Promise<void> {
    try {
      await engine.start();
      await engine.run(signal);
      this.#world.trace.add(`${process.name} ended`);
      this.#end(process);
      if (this.mustRun) this.start();
    } catch (thrown) {
      // A real controller says why and ends; whatever looks after it starts it again.
      this.#world.trace.add(`${process.name} could not go on: ${String(thrown)}`);
      this.#end(process);
      await this.#world.scheduler.sleep(this.#world.process, restartAfterMs);
      if (this.isSupervised) this.start();
    }
  }

  /** Ends the process to the instant: what it waits for never comes. */
  kill(): void {
    if (this.machine === null) return;
    this.#world.trace.add(`${this.machine.process.name} is killed`);
    this.#end(this.machine.process);
  }

  #end(process: Process): void {
    process.alive = false;
    if (this.machine?.process !== process) return;
    for (const place of this.#world.places.values()) place.forget(this.machine);
    this.#crash = null;
    this.machine = null;
    this.engine = null;
  }

  /** Asks the process to end. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Kills the process when it comes to this point for the `after`-th time. */
  crashAt(point: CrashPoint, after: number): void {
    this.#crash = { point, after };
  }

  /** Forgets what `crashAt` said. */
  neverCrash(): void {
    this.#crash = null;
  }

  #createMachine(process: Process): Machine {
    const world = this.#world;
    const { scheduler, trace, faults, chance } = world;
    return {
      process,
      clock: new SimClock(scheduler, process, this),
      faults,
      chance,
      io: async (what, options) => {
        trace.add(`${scheduler.nowMs} ${process.name} ${what}`);
        const latencyMs = options?.latencyMs ?? 0;
        if (latencyMs > 0) await scheduler.sleep(process, Math.round(latencyMs));
        await scheduler.turn(process);
      },
      hits: (probability) => chance.hits(probability),
      mayCrash: async (point) => {
        if (this.#crash?.point !== point || this.machine?.process !== process) return;
        this.#crash.after -= 1;
        if (this.#crash.after > 0) return;
        trace.add(`${process.name} dies ${point}`);
        this.kill();
        await new Promise(() => {});
      },
      onAccepted: (commit) => world.judge.onAccepted(this, commit),
      onRead: () => void world.judge.hasRead.add(process.name),
    };
  }

  #ports(machine: Machine): EnginePorts {
    const world = this.#world;
    const { state } = this;
    const key = Buffer.from(sha256(state.installation), 'hex');
    const sealer = sealOnce(createSealer(`key-${state.installation}`, key));
    const registry = createRendererRegistry(machine.clock);
    const log = this.#log(machine);
    return {
      clock: machine.clock,
      random: world.chance,
      hash: sha256,
      packer: plainPacker,
      store: new SimStore(machine, state.store, (text) => world.judge.onText('store', text)),
      openSource: async (config) => {
        await machine.io(`open source ${config.name}`);
        const mirror = state.mirrors.get(config.url) ?? emptyMirror();
        state.mirrors.set(config.url, mirror);
        return new SimSource(machine, config, world.repository, mirror);
      },
      openTarget: async ({ name }) => {
        await machine.io(`open target ${name}`);
        const place = world.places.get(name);
        if (place === undefined || machine.hits(machine.faults.targets.get(name)?.openFails ?? 0))
          throw placeDown({ message: `${name} cannot be reached` });
        return place.open({
          machine,
          witness: this.#witness(),
          sealer,
          secrets: world.secrets,
          warn: (message) => log.warn(message),
        });
      },
      renderer: (tree, path) => registry.select(tree, path),
      loadConfig: configLoader,
      checkHealth: async (check): Promise<Health> => {
        await machine.io(`check ${check.name}`);
        const folder = check.kind === 'exec' ? (check.argv[1] ?? '') : '';
        return machine.faults.failingChecks.has(folder)
          ? { status: 'Degraded', message: 'the check fails' }
          : { status: 'Healthy', message: 'the check passes' };
      },
      log,
    };
  }

  #witness(): Witness {
    const { judge } = this.#world;
    return {
      onInventory: (place, key, inventory) => judge.onInventory(this, place, key, inventory),
      onHold: (key, commit) => judge.onHold(key, commit),
      onEffectBegins: (place, effect) => judge.onEffectBegins(this, place, effect),
      onFence: (effect) => judge.onFence(effect),
      onRequest: (purpose) => judge.onRequest(purpose),
      onHook: (place, effect, before, after) => judge.onHook(this, place, effect, before, after),
      onCommand: (place, effect, at, isNeeded) =>
        judge.onCommand(this, place, effect, at, isNeeded),
      onActor: (place, effect, user, at) => judge.onActor(this, place, effect, user, at),
      onDamage: (place, message) => judge.onDamage(place, message),
      onBreach: (place, message) => judge.onBreach(place, message),
      onEffect: (place, effect, before, after) =>
        judge.onEffect(this, place, effect, before, after),
    };
  }

  #log(machine: Machine): EngineLog {
    const write = (
      level: string,
      message: string,
      facts?: Readonly<Record<string, unknown>>,
    ): void => {
      const text = `${level} ${message}${facts === undefined ? '' : ` ${JSON.stringify(facts)}`}`;
      this.#world.judge.onText('log', text);
      // Stacks name lines of files, which are no part of what happened.
      this.#world.trace.add(`${machine.process.name} logs ${text.split('\\n')[0]}`);
      if (message === 'a reconcile run broke') this.#world.judge.onBug(text);
    };
    return {
      debug: (message, facts) => write('debug', message, facts),
      info: (message, facts) => write('info', message, facts),
      warn: (message, facts) => write('warn', message, facts),
      error: (message, facts) => write('error', message, facts),
    };
  }
}

function repositoryConfig(world: World): SourceConfig {
  return {
    name: '',
    url: world.repository.url,
    follow: { kind: 'branch', name: 'main' },
    intervalMs: 600_000,
    allowForcedPush: world.setup.allowForcedPush,
    auth: null,
    verify: null,
    timeoutMs: 60_000,
    origin: { file: 'sim' },
  };
}
