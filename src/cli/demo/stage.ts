import type { Api, ApplicationDetail } from '../../control/api.ts';
import type { EventType, FairleadEvent } from '../../model/event.ts';
import type { PlanSet } from '../../model/plan.ts';
import type { Release } from '../../model/release.ts';
import { newestSeq } from '../live.ts';
import { check } from './claim.ts';
import type { Claim } from './claim.ts';
import { getText } from './http.ts';
import type { Files, Repository } from './repository.ts';
import type { Screen } from './screen.ts';
import { application, environments, pageText, readPage, shopFiles } from './shop.ts';
import type { EnvironmentName, Site, Sites, Version } from './shop.ts';
import type { Versions } from './versions.ts';
import type { DemoFolder } from './folder.ts';

export interface StageParts {
  readonly screen: Screen;
  readonly folder: DemoFolder;
  readonly repository: Repository;
  readonly sites: Sites;
  readonly versions: Versions;
  /** Who approves. */
  readonly actor: string;
  readonly signal: AbortSignal;
  readonly start: () => Promise<Api>;
}

/** Everything that the steps act with. */
export class Stage {
  readonly screen: Screen;
  readonly repository: Repository;
  readonly sites: Sites;
  readonly versions: Versions;
  readonly actor: string;
  /** Digest of the plan for prod that waited while the bad commit was the newest. */
  badDigest = '';
  readonly #parts: StageParts;
  #api: Api | null = null;

  constructor(parts: StageParts) {
    this.screen = parts.screen;
    this.repository = parts.repository;
    this.sites = parts.sites;
    this.versions = parts.versions;
    this.actor = parts.actor;
    this.#parts = parts;
  }

  /** The controller's interface. @throws Error before `start` */
  get api(): Api {
    if (this.#api === null) throw new Error('the controller has not been started');
    return this.#api;
  }

  async start(): Promise<void> {
    this.#api = await this.#parts.start();
  }

  /** The files of a version in both environments. */
  files(version: Version): Files {
    const { folder } = this.#parts;
    return Object.assign(
      {},
      ...environments.map((name) => shopFiles(folder, name, this.sites[name], version)),
    ) as Files;
  }

  /** Commits as a person would, and tells the controller to look. @returns the commit. */
  async commit(message: string, files: Files): Promise<string> {
    this.screen.command(`git commit --all --message '${message}' && git push`);
    const commit = await this.repository.commit(message, files);
    await this.api.refresh({ source: null });
    return commit;
  }

  /** Looks until it is so, and says it. @returns milliseconds that it took. */
  async prove(claim: Claim, withinMs?: number): Promise<number> {
    const tookMs = await this.watch(claim, withinMs);
    this.screen.proof(claim.says);
    return tookMs;
  }

  /** Looks until it is so, without a word. */
  async watch(claim: Claim, withinMs?: number): Promise<number> {
    this.screen.status(claim.says);
    const tookMs = await check(claim, { withinMs, signal: this.#parts.signal });
    this.screen.status(null);
    return tookMs;
  }

  /** Asks the shop itself for its page. */
  async provePage(environment: EnvironmentName, version: Version, note = ''): Promise<number> {
    const { url } = this.sites[environment];
    const expected = pageText(version);
    return this.prove({
      says: `${environment}  ${url} says “${expected}”${note}`,
      look: async () => readPage(await getText(url)),
      expected,
    });
  }

  /** The api's own word on what runs. */
  async offer(
    environment: EnvironmentName,
  ): Promise<{ readonly pid: number; readonly version: string }> {
    return JSON.parse(await getText(this.sites[environment].offerUrl)) as {
      pid: number;
      version: string;
    };
  }

  site(environment: EnvironmentName): Site {
    return this.sites[environment];
  }

  view(environment: EnvironmentName): Promise<ApplicationDetail> {
    return this.api.application({ application, environment });
  }

  /** How many releases there are. */
  async releases(environment: EnvironmentName): Promise<number> {
    return (await this.api.releases({ application, environment, limit: 1_000 })).length;
  }

  /** A point in time, for `released`. */
  now(): Promise<number> {
    return this.#api === null ? Promise.resolve(0) : newestSeq(this.#api);
  }

  /** Waits for the next release after a point in time, shows its plan when it begins, and gives it when it has ended. */
  async released(
    environment: EnvironmentName,
    after: number,
  ): Promise<Release & { readonly seq: number }> {
    const started = await this.event(environment, 'release.started', after);
    const begun = await this.api.release(started.release ?? '');
    this.screen.plan(begun.plan);
    this.screen.status(`${environment} is being released`);
    const ended = await this.event(environment, 'release.ended', started.seq);
    this.screen.status(null);
    return { ...(await this.api.release(begun.id)), seq: ended.seq };
  }

  /** The first event of a type after a point in time. */
  async event(
    environment: EnvironmentName,
    type: EventType,
    after: number,
  ): Promise<FairleadEvent> {
    let found: FairleadEvent | undefined;
    await check(
      {
        says: `${environment} comes to ${type}`,
        look: async () => {
          const events = await this.api.events({ afterSeq: after, limit: 1_000 });
          found = events.find((one) => one.type === type && one.environment === environment);
          return found?.type ?? `${events.length} other events`;
        },
        expected: type,
      },
      { withinMs: 15_000, signal: this.#parts.signal },
    );
    if (found === undefined) throw new Error(`there is no ${type}`);
    return found;
  }

  /** Waits until a plan waits for a person, and shows it. */
  async waiting(environment: EnvironmentName, otherThan = ''): Promise<PlanSet> {
    let plan: PlanSet | null = null;
    let reason = '';
    await this.watch({
      says: `a plan for ${environment} waits for a person`,
      look: async () => {
        const view = await this.view(environment);
        plan = view.waiting !== null && view.waiting.digest !== otherThan ? view.plan : null;
        reason = view.waiting?.reason ?? view.message;
        return plan === null ? `${view.state}: ${reason}` : 'waits';
      },
      expected: 'waits',
    });
    if (plan === null) throw new Error('there is no plan');
    this.screen.plan(plan, reason);
    return plan;
  }
}
