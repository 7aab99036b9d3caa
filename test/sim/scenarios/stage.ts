import type { JsonObject } from '../../../src/model/json.ts';
import { ClusterPlace } from '../cluster/place.ts';
import { defaultSettings } from '../git/model.ts';
import type {
  ApplicationModel,
  ApplicationSettings,
  EnvironmentModel,
  RepositoryModel,
  RunModel,
  ThingModel,
} from '../git/model.ts';
import { approveWaiting } from '../operations/people.ts';
import type { TargetFaults } from '../world/faults.ts';
import type { Identity, Place } from '../place/place.ts';
import type { Controller } from '../run/controller.ts';
import type { World } from '../run/world.ts';

/** A hand-made schedule: a situation that chance comes upon once in many thousand. */
export interface Scenario {
  /** What must happen, in a sentence. */
  readonly name: string;
  readonly model: RepositoryModel;
  readonly identity?: Identity;
  readonly play: (stage: Stage) => Promise<void>;
  /** What one object of a cluster holds of a record, in bytes. Default: all of it. */
  readonly recordPartBytes?: number;
  /** Looks at the same time. Default 4. */
  readonly concurrency?: number;
  /** Whether a last commit mends all that is broken. Default true. */
  readonly mends?: boolean;
}

export function thing(name: string, parts: Partial<ThingModel> = {}): ThingModel {
  return {
    kind: 'Thing',
    name,
    at: name,
    value: 'v1',
    note: null,
    secret: null,
    wave: 0,
    prune: true,
    ...parts,
  };
}

/** A hook, or a Command of a host. */
export function run(name: string, parts: Partial<RunModel> = {}): RunModel {
  return {
    name,
    phase: 'PreSync',
    deletion: 'BeforeHookCreation',
    value: 'v1',
    watches: null,
    wave: 0,
    ...parts,
  };
}

export function application(
  name: string,
  things: readonly ThingModel[],
  settings: Partial<ApplicationSettings> = {},
  environments: readonly string[] = ['dev'],
): ApplicationModel {
  return {
    name,
    folder: name,
    environments,
    things,
    fault: null,
    settings: { ...defaultSettings, ...settings },
  };
}

/** Everything goes live by itself in `dev` at `east`; `prod` at `west` needs a yes. */
export function repository(
  applications: readonly ApplicationModel[],
  prod: Partial<EnvironmentModel> = {},
): RepositoryModel {
  const common = { sync: 'auto', ephemeral: false } as const;
  return {
    driver: 'host',
    applications,
    environments: [
      { ...common, name: 'dev', targets: ['east'] },
      { ...common, name: 'prod', targets: ['west'], sync: 'approve', ...prod },
    ],
    configFault: null,
  };
}

/** The same, with clusters for targets. */
export function clusterRepository(
  applications: readonly ApplicationModel[],
  prod: Partial<EnvironmentModel> = {},
): RepositoryModel {
  return { ...repository(applications, prod), driver: 'kubernetes' };
}

/** What a scenario works with. */
export class Stage {
  readonly world: World;
  readonly first: Controller;

  constructor(world: World, first: Controller) {
    this.world = world;
    this.first = first;
  }

  /** Commits, and lets every controller know. */
  commit(change: (model: RepositoryModel) => RepositoryModel): void {
    const model = this.world.repository.tip?.model;
    if (model === undefined) throw new Error('nothing was committed yet');
    const { id } = this.world.repository.push(change(model));
    this.world.trace.add(`### commit ${id.slice(0, 8)}`);
    this.fetch();
  }

  fetch(): void {
    for (const { engine } of this.world.controllers)
      void engine?.api.refresh({ source: null }).catch(() => {});
  }

  /** A controller that does not run had fetched the newest commit before it ended. */
  hasFetched(controller: Controller): void {
    const mirror = controller.state.mirrors.get(this.world.repository.url);
    const tip = this.world.repository.tip;
    if (mirror === undefined || tip === null) throw new Error('it never fetched anything');
    mirror.accepted = tip.id;
    mirror.fetched.add(tip.id);
  }

  /** Commits a change to all applications; `null`: that one leaves. */
  editAll(change: (application: ApplicationModel) => ApplicationModel | null): void {
    this.commit((model) => ({
      ...model,
      applications: model.applications.flatMap((one) => change(one) ?? []),
    }));
  }

  /** Commits a change to one application. */
  edit(name: string, change: (application: ApplicationModel) => ApplicationModel): void {
    this.editAll((one) => (one.name === name ? change(one) : one));
  }

  /** Commits other settings of an application. */
  configure(name: string, settings: Partial<ApplicationSettings>): void {
    this.edit(name, (one) => ({ ...one, settings: { ...one.settings, ...settings } }));
  }

  /** Commits things that an application has from now on, beside the others. */
  add(name: string, ...things: readonly ThingModel[]): void {
    this.edit(name, (one) => ({ ...one, things: [...one.things, ...things] }));
  }

  /** Commits a change to one thing of an application. */
  set(name: string, thingName: string, parts: Partial<ThingModel>): void {
    this.edit(name, (one) => ({
      ...one,
      things: one.things.map((item) => (item.name === thingName ? { ...item, ...parts } : item)),
    }));
  }

  /** Commits what is run beside what is kept up. */
  runs(name: string, ...runs: readonly RunModel[]): void {
    this.edit(name, (one) => ({ ...one, runs }));
  }

  /** Commits that an application has these things no more. */
  lose(name: string, ...things: readonly string[]): void {
    this.edit(name, (one) => ({
      ...one,
      things: one.things.filter((item) => !things.includes(item.name)),
    }));
  }

  /** Commits another name of an application, and in the same commit `parts` of it. */
  rename(name: string, to: string, parts: Partial<ApplicationModel> = {}): void {
    this.edit(name, (one) => ({
      ...one,
      name: to,
      settings: { ...one.settings, previousNames: [name] },
      ...parts,
    }));
  }

  /** Commits that an application leaves. */
  remove(name: string): void {
    this.editAll((one) => (one.name === name ? null : one));
  }

  /** The first controller ends as by `kill -9`, and another process goes on with its state. */
  restart(): void {
    this.first.kill();
    this.first.start();
  }

  /** The first controller, which does not run, starts with the newest commit at hand: it had fetched it. */
  startFetched(): void {
    this.hasFetched(this.first);
    this.first.start();
  }

  /** Ada puts an application of `dev` on hold, until somebody ends that. */
  hold(application: string): void {
    const order = { application, environment: 'dev', actor: 'ada', reason: 'wait' };
    void this.first.engine?.api.hold({ ...order, expiresAtMs: null });
  }

  /** Ada ends what an application of `dev` is held by. */
  resume(application: string): void {
    void this.first.engine?.api.resume({ application, environment: 'dev', actor: 'ada' });
  }

  place(name = 'east'): Place {
    const place = this.world.places.get(name);
    if (place === undefined) throw new Error(`no target ${name}`);
    return place;
  }

  cluster(name = 'east'): ClusterPlace {
    const place = this.place(name);
    if (!(place instanceof ClusterPlace)) throw new Error(`${name} is no cluster`);
    return place;
  }

  /** An object of a cluster as it is. */
  object(at: string, target = 'east'): JsonObject {
    const object = this.cluster(target).object(at);
    if (object === null) throw new Error(`no ${at} at ${target}`);
    return object;
  }

  fault(faults: Partial<TargetFaults>, target = 'east'): void {
    Object.assign(this.world.faults.targets.get(target) ?? {}, faults);
  }

  /** Somebody changes (`value`) or deletes (`null`) what is live, or makes it anew. */
  meddle(at: string, value: string | null, target = 'east', remake = false): void {
    const place = this.place(target);
    const spec = place.thing(at)?.spec ?? { kind: 'Thing', note: null, secret: null };
    if (remake) place.put(at, null, null);
    place.put(at, value === null ? null : { ...spec, value }, null);
    this.world.judge.onForeign(place, at);
  }

  /** Somebody agrees to everything that waits. */
  approve(controller = this.first): void {
    for (const runtime of controller.engine?.applications.values() ?? [])
      approveWaiting(this.world, controller, runtime);
  }

  /** Lets things happen until they have come to rest, and a little more. */
  rest(ms = 30_000): Promise<void> {
    return this.world.pass(ms);
  }

  /** One turn after the other until something is so; that it does not come breaks the scenario. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    for (let left = 5_000; !isSo(); left -= 1) {
      if (left === 0) {
        this.expect(`${what} comes`, false);
        return;
      }
      await this.world.tick();
      if (this.world.judge.isDecided) return;
    }
  }

  /** Whether a thing is live with this value. */
  isLive(at: string, value: string, target = 'east'): boolean {
    return this.place(target).thing(at)?.spec.value === value;
  }

  /** What a scenario itself expects on its way. */
  expect(what: string, isSo: boolean): void {
    if (!isSo && !this.world.judge.isDecided) this.world.judge.report('scenario', what);
  }
}
