import { Judge } from '../judge/judge.ts';
import { Repository } from '../git/repository.ts';
import { targetNames } from '../git/model.ts';
import type { RepositoryModel } from '../git/model.ts';
import { ClusterPlace } from '../cluster/place.ts';
import { filesOf } from '../git/files.ts';
import { HostPlace } from '../place/host-place.ts';
import type { Identity, Place } from '../place/place.ts';
import { epochMs } from '../world/clock.ts';
import { noFaults } from '../world/faults.ts';
import type { Faults } from '../world/faults.ts';
import { Chance } from '../world/random.ts';
import { drained, Scheduler } from '../world/scheduler.ts';
import type { Process } from '../world/scheduler.ts';
import { Trace } from '../world/trace.ts';
import { Controller, emptyState } from './controller.ts';
import type { StateFolder } from './controller.ts';

/** What a seed decides before anything happens. */
export interface Setup {
  readonly identity: Identity;
  readonly concurrency: number;
  readonly allowForcedPush: boolean;
  /** Whether a person agrees to whatever waits, soon. */
  readonly eager: boolean;
  /** Whether controllers hear of commits at once. */
  readonly webhook: boolean;
  /** Whether a last commit mends all that is broken in Git. */
  readonly mends: boolean;
  /** What one object of a cluster holds of a record, in bytes; `null`: as much as one takes, which is all of it. */
  readonly recordPartBytes: number | null;
  readonly model: RepositoryModel;
}

/** Everything there is, in one thread and in virtual time: Git, targets, controllers and what goes wrong. */
export class World {
  readonly setup: Setup;
  readonly trace: Trace;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly repository: Repository;
  readonly places: ReadonlyMap<string, Place>;
  readonly secrets = new Map<string, string>();
  readonly judge: Judge;
  readonly controllers: Controller[] = [];
  /** State folders as they were backed up. */
  readonly backups = new Map<Controller, StateFolder>();
  /** Whoever looks after things from outside; never dies. */
  readonly process: Process = { name: 'world', alive: true, paused: false };
  #names = 0;

  constructor(seed: number, setup: Setup, keepTrace: boolean) {
    this.setup = setup;
    this.trace = new Trace(keepTrace);
    this.chance = new Chance(seed, 'world');
    this.scheduler = new Scheduler(new Chance(seed, 'turns'));
    this.faults = noFaults(targetNames);
    this.places = new Map(
      targetNames.map((name) => [
        name,
        setup.model.driver === 'host'
          ? new HostPlace(name, setup.identity, () => this.scheduler.nowMs)
          : new ClusterPlace({
              name,
              scheduler: this.scheduler,
              process: this.process,
              chance: new Chance(seed, name),
              epochMs,
              recordPartBytes: setup.recordPartBytes,
            }),
      ]),
    );
    this.judge = new Judge(this);
    this.repository = new Repository('file:///repository', (model) => filesOf(model, this.secrets));
    this.rotate('token');
    this.repository.push(setup.model);
  }

  /** A secret gets a new value, one that stands out wherever it turns up. */
  rotate(name: string): void {
    const value = `CANARY-${this.chance.uuid()}`;
    this.secrets.set(name, value);
    this.judge.canaries.push(value, Buffer.from(value).toString('base64'));
  }

  /** A controller on a machine of its own. */
  addController(state = emptyState(this.newInstallation())): Controller {
    const controller = new Controller(this, 'ABCDEFGH'[this.controllers.length] ?? 'Z', state);
    this.controllers.push(controller);
    return controller;
  }

  /** Installations that there have been. */
  get installations(): number {
    return this.#names;
  }

  newInstallation(): string {
    this.#names += 1;
    return `installation-${this.#names}`;
  }

  /** One turn, or the next timer. @returns false when nothing more will happen by itself. */
  async tick(): Promise<boolean> {
    await drained();
    return this.scheduler.step(this.scheduler.nextTimerMs ?? this.scheduler.nowMs);
  }

  /** Lets up to `turns` turns happen without waiting for time to pass. */
  async turns(turns: number): Promise<void> {
    await drained();
    for (let left = turns; left > 0 && this.scheduler.isBusy; left -= 1) {
      await this.scheduler.step(this.scheduler.nowMs);
    }
  }

  /** Lets everything happen that happens within `ms`. @throws LivelockError when it does not end. */
  async pass(ms: number, mostTurns = 200_000): Promise<void> {
    await drained();
    const untilMs = this.scheduler.nowMs + ms;
    const began = this.scheduler.turns;
    while (await this.scheduler.step(untilMs)) {
      if (this.scheduler.turns - began > mostTurns)
        throw new LivelockError(`${mostTurns} turns within ${ms} ms and no end`);
      if (this.judge.isDecided) return;
    }
  }
}

/** Things go on without end. */
export class LivelockError extends Error {}
