import type { Api, ApplicationDetail, Selector } from '../../control/api.ts';
import { shortDigest } from '../../model/digest.ts';
import type { EventType, FairleadEvent } from '../../model/event.ts';
import type { PlanSet } from '../../model/plan.ts';
import type { Release } from '../../model/release.ts';
import { newestSeq } from '../live.ts';
import { showTable } from '../output.ts';
import { applicationView } from '../show/views.ts';
import type { Style } from '../terminal/style.ts';
import { check } from './claim.ts';
import type { Claim } from './claim.ts';
import type { Files, Repository } from './repository.ts';
import type { Screen } from './screen.ts';

/** What looking at the demo's controller takes. */
export interface LookingParts {
  readonly screen: Screen;
  readonly repository: Repository;
  /** Who approves. */
  readonly actor: string;
  readonly signal: AbortSignal;
  readonly start: () => Promise<Api>;
  /** How long a release may take to begin and to end, in milliseconds. */
  readonly patienceMs: number;
}

/** What the steps of any demo do: commit, look until something is so, wait for releases, and agree. */
export abstract class Looking<Name extends string> {
  readonly screen: Screen;
  readonly repository: Repository;
  readonly actor: string;
  readonly signal: AbortSignal;
  /** Digest of the plan for prod that waited while the bad commit was the newest. */
  badDigest = '';
  readonly #parts: LookingParts;
  #api: Api | null = null;

  constructor(parts: LookingParts) {
    this.screen = parts.screen;
    this.repository = parts.repository;
    this.actor = parts.actor;
    this.signal = parts.signal;
    this.#parts = parts;
  }

  /** The application in an environment that a name of this demo stands for. */
  abstract selectorOf(name: Name): Selector;

  /** The controller's interface. @throws Error before `start` */
  get api(): Api {
    if (this.#api === null) throw new Error('the controller has not been started');
    return this.#api;
  }

  async start(): Promise<void> {
    this.#api = await this.#parts.start();
  }

  /** Commits as a person would, and tells the controller to look. @returns the commit. */
  async commit(message: string, files: Files): Promise<string> {
    this.screen.command(`git commit --all --message '${message}' && git push`);
    const commit = await this.repository.commit(message, files);
    await this.api.refresh({ source: null });
    return commit;
  }

  /** Takes the newest commit back, as a person would, and tells the controller to look. */
  async revert(): Promise<void> {
    this.screen.command('git revert --no-edit HEAD && git push');
    await this.repository.revert();
    await this.api.refresh({ source: null });
  }

  /** Looks until it is so, and says it. @returns milliseconds that it took. */
  async prove(claim: Claim, withinMs?: number): Promise<number> {
    const tookMs = await this.watch(claim, withinMs);
    this.screen.proof(claim.says);
    return tookMs;
  }

  /** Looks until it is so, without a word. */
  async watch(claim: Claim, withinMs = this.#parts.patienceMs): Promise<number> {
    this.screen.status(claim.says);
    const tookMs = await check(claim, { withinMs, signal: this.signal });
    this.screen.status(null);
    return tookMs;
  }

  view(name: Name): Promise<ApplicationDetail> {
    return this.api.application(this.selectorOf(name));
  }

  /** How many releases there are. */
  async releases(name: Name): Promise<number> {
    return (await this.api.releases({ ...this.selectorOf(name), limit: 1_000 })).length;
  }

  /** A point in time, for `released`. */
  now(): Promise<number> {
    return this.#api === null ? Promise.resolve(0) : newestSeq(this.#api);
  }

  /** Waits for the next release after a point in time, shows its plan when it begins, and gives it when it has ended. */
  async released(name: Name, after: number): Promise<Release & { readonly seq: number }> {
    const started = await this.event(name, 'release.started', after);
    const begun = await this.api.release(started.release ?? '');
    this.screen.plan(begun.plan);
    this.screen.status(`${name} is being released`);
    const ended = await this.event(name, 'release.ended', started.seq);
    this.screen.status(null);
    return { ...(await this.api.release(begun.id)), seq: ended.seq };
  }

  /** The first event of a type after a point in time. */
  async event(name: Name, type: EventType, after: number): Promise<FairleadEvent> {
    const { application, environment } = this.selectorOf(name);
    let found: FairleadEvent | undefined;
    const isIt = (one: FairleadEvent): boolean =>
      one.type === type && one.application === application && one.environment === environment;
    await this.watch({
      says: `${name} comes to ${type}`,
      look: async () => {
        const events = await this.api.events({ afterSeq: after, limit: 1_000 });
        found = events.find(isIt);
        return found?.type ?? `${events.length} other events; ${(await this.view(name)).message}`;
      },
      expected: type,
    });
    if (found === undefined) throw new Error(`there is no ${type}`);
    return found;
  }

  /** Waits until a plan waits for a person, and shows it. */
  async waiting(name: Name, otherThan = ''): Promise<PlanSet> {
    let plan: PlanSet | null = null;
    let reason = '';
    await this.watch({
      says: `a plan for ${name} waits for a person`,
      look: async () => {
        const view = await this.view(name);
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

  /** Approves a plan as a person would, and waits until it is carried out. */
  async agree(name: Name, digest: string): Promise<void> {
    await this.screen.pause(`approve it as ${this.actor}`);
    const after = await this.now();
    this.screen.command(`fairlead approve ${shortDigest(digest)}`);
    await this.api.approve({ digest: shortDigest(digest), actor: this.actor });
    const ended = await this.event(name, 'release.ended', after);
    const release = await this.api.release(ended.release ?? '');
    await this.prove({
      says: 'what was carried out is the plan that was approved',
      look: async () => `${release.outcome} ${release.plan.digest}`,
      expected: `succeeded ${digest}`,
    });
  }

  /** Tries to agree to the plan of the bad commit, and says that the controller does not take it. */
  async proveBadRefused(): Promise<void> {
    const digest = shortDigest(this.badDigest);
    this.screen.command(`fairlead approve ${digest}`);
    await this.prove({
      says: 'the digest of the bad plan is refused',
      look: async () =>
        `approved ${(await this.api.approve({ digest, actor: this.actor })).digest}`,
      expected: /no waiting plan/,
    });
  }

  /** Goes back to the first release that succeeded, as a person would. @returns its commit. */
  async rollBack(name: Name): Promise<string> {
    const { api, screen, actor } = this;
    const selector = this.selectorOf(name);
    const { application, environment } = selector;
    const history = await api.releases({ ...selector, limit: 100 });
    const first = history.findLast((one) => one.outcome === 'succeeded');
    const commit = first?.revision[0]?.commit;
    if (first === undefined || commit === undefined)
      throw new Error(`${name} has no first release`);
    screen.command(
      `fairlead rollback ${application}@${environment} --to ${first.id} --reason 'complaints'`,
    );
    const plan = await api.plan({ ...selector, revision: commit });
    screen.plan(plan);
    await screen.pause('go back');
    const outcome = await api.rollback({
      ...selector,
      to: first.id,
      actor,
      reason: 'complaints',
      expiresAtMs: null,
      approve: plan.digest,
    });
    await this.prove({
      says: `${name}  the rollback is a release like any other, with the plan that was shown`,
      look: async () =>
        outcome.kind === 'released'
          ? `${outcome.release.outcome} ${outcome.release.trigger} ${outcome.release.plan.digest}`
          : `${outcome.kind}: ${outcome.message}`,
      expected: `succeeded rollback ${plan.digest}`,
    });
    return commit;
  }

  /** Shows all applications as `fairlead get` does at a terminal of 80 columns. */
  async showApplications(style: Style): Promise<void> {
    await this.api.refresh({ source: null });
    this.screen.command('fairlead get');
    this.screen.block(
      showTable(applicationView(Date.now()), await this.api.applications(), {
        wide: false,
        style,
        width: 80,
      }),
    );
  }
}
