import type { SyncOutcome, TestOutcome, TestRequest } from '../../control/api.ts';
import type { ReleaseTrigger } from '../../model/release.ts';
import { Notices } from './notices.ts';

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

/** Why an application is looked at: what a release may be made for, or a check of what is thought to be known. */
export type LookTrigger = ReleaseTrigger | 'verify';

/** Why an application is looked at next, and what people ask of it. The engine and the API write it; each look empties it. */
export class Agenda {
  readonly #triggers = new Set<LookTrigger>();
  readonly #requests: RunRequest[] = [];
  readonly #tests: TestOrder[] = [];
  #withoutHooks = false;
  #wasLookedAt = false;
  /** What was noticed of it; wakes who waits for its health. */
  readonly notices = new Notices();

  /** Why it runs next; empty: nothing asked since the last look. */
  get triggers(): ReadonlySet<LookTrigger> {
    return this.#triggers;
  }

  get requests(): readonly RunRequest[] {
    return this.#requests;
  }

  get hasTests(): boolean {
    return this.#tests.length > 0;
  }

  /** Whether a look at it has ended since the controller started. */
  get wasLookedAt(): boolean {
    return this.#wasLookedAt;
  }

  /**
   * A person wants it to leave without what is to be run then; asked for with each `sync`, and remembered until then, so
   * that somebody else can agree to it.
   */
  get withoutHooks(): boolean {
    return this.#withoutHooks;
  }

  /** Something asks for a look, and wakes who waits for its health. */
  wake(trigger: LookTrigger): void {
    this.#triggers.add(trigger);
    this.notices.note();
  }

  /** The next look is for this, too; whoever waits goes on waiting. */
  add(trigger: LookTrigger): void {
    this.#triggers.add(trigger);
  }

  request(request: RunRequest): void {
    this.#requests.push(request);
  }

  requestTests(order: TestOrder): void {
    this.#tests.push(order);
  }

  leaveWithoutHooks(wish: boolean): void {
    this.#withoutHooks = wish;
  }

  /** Takes the tests that are to run. */
  takeTests(): readonly TestOrder[] {
    return this.#tests.splice(0);
  }

  /** Takes what a look is to answer, and why it is made. */
  take(): {
    readonly requests: readonly RunRequest[];
    readonly triggers: ReadonlySet<LookTrigger>;
  } {
    const triggers = new Set(this.#triggers);
    this.#triggers.clear();
    return { requests: this.#requests.splice(0), triggers };
  }

  /** Who asked waits for another look, before those who have asked since. */
  putBack(requests: readonly RunRequest[]): void {
    this.#requests.unshift(...requests);
  }

  /** Nothing is to be looked at because of what came. */
  clear(): void {
    this.#triggers.clear();
  }

  /** A look has ended. */
  lookEnded(): void {
    this.#wasLookedAt = true;
  }
}
