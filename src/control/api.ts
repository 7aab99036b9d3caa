/**
 * What a controller can be asked, by the CLI over its socket or in the same process. The engine implements it;
 * `control/server.ts` and `control/client.ts` carry it over the Unix socket unchanged. All values are plain JSON.
 */

import type { ErrorRecord } from '../model/error.ts';
import type { FairleadEvent } from '../model/event.ts';
import type { Hold } from '../model/inventory.ts';
import type { PlanSet } from '../model/plan.ts';
import type { Reach } from '../model/reach.ts';
import type { Release } from '../model/release.ts';
import type { ResourceId } from '../model/resource.ts';
import type { Revision } from '../model/revision.ts';
import type { Health, SyncStatus } from '../model/status.ts';
import type { TreeNode } from '../model/tree.ts';
import type { SourceStatus } from '../source/source.ts';
import type { ReleaseFilter } from '../store/store.ts';
import type { ApplicationState } from '../release/machine.ts';

/** One resource of an application, as tables show it. */
export interface ResourceView {
  readonly target: string;
  readonly id: ResourceId;
  readonly sync: SyncStatus;
  readonly health: Health;
  readonly wave: number;
  /** Fields that differ from what is wanted, at most ten. */
  readonly differs: readonly string[];
}

/** One resource of an application with what it owns at its target. */
export interface ResourceTree extends TreeNode {
  readonly target: string;
}

/** The resources of an application, as far as they may be seen. */
export interface ResourceTrees {
  readonly trees: readonly ResourceTree[];
  /** Why something may be missing in them, as sentences; empty: nothing is. */
  readonly unseen: readonly string[];
}

/** One application in one environment. */
export interface ApplicationView {
  readonly application: string;
  readonly environment: string;
  /** Empty: its document was removed, and something of it is left. */
  readonly project: string;
  readonly targets: readonly string[];
  readonly sync: SyncStatus;
  readonly health: Health;
  readonly state: ApplicationState;
  /** One sentence: what it is doing or waiting for, and what the operator can do. */
  readonly message: string;
  /** What it should run now; empty before the first render. */
  readonly revision: Revision;
  /** What it runs; the revision of the last release that ended well. */
  readonly live: Revision;
  readonly resources: number;
  readonly lastRelease: {
    readonly id: string;
    readonly outcome: Release['outcome'];
    readonly atMs: number;
  } | null;
  /** Digest of the plan that waits for a person, else `null`. */
  readonly waiting: { readonly digest: string; readonly reason: string } | null;
  readonly hold: Hold | null;
  readonly error: ErrorRecord | null;
  /** When it tries again by itself; `null`: on the next change. */
  readonly nextAttemptAtMs: number | null;
  /** Of its targets those that do not answer: how it is there is how it was seen last. Absent: none. */
  readonly away?: readonly ({ readonly target: string } & AwayTarget)[];
}

/** A target that does not answer. */
export type AwayTarget = Pick<Reach, 'lastSeenAtMs'> & NonNullable<Reach['away']>;

/** All that is known of one application in one environment. */
export interface ApplicationDetail extends ApplicationView {
  readonly resourceViews: readonly ResourceView[];
  /** Present when live is not what it should be. */
  readonly plan: PlanSet | null;
  /** Why it does not move, most important first; empty when nothing blocks it. */
  readonly blockedBy: readonly {
    readonly what: string;
    readonly why: string;
    readonly next: string;
  }[];
  readonly warnings: readonly string[];
  /** What its chart says to who installs it, or nothing. */
  readonly notes: string;
}

/** A source, and how following it goes. */
export interface SourceView extends SourceStatus {
  readonly name: string;
  readonly url: string;
  readonly follows: string;
}

/** A target of the configuration, and whether it answers. */
interface TargetView {
  readonly name: string;
  readonly driver: string;
  /** Absent: it is where the controller is, or nobody has asked it yet. */
  readonly reach?: Reach;
}

/** What the configuration declares, used or not. */
export interface DeclaredView {
  /** In the order in which changes reach them. */
  readonly environments: readonly { readonly name: string; readonly targets: readonly string[] }[];
  readonly targets: readonly TargetView[];
  readonly projects: readonly { readonly name: string }[];
}

/** The controller itself. */
export interface ControllerStatus {
  readonly version: string;
  readonly installation: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  /** `read-only`: rebuilt or restored; shows what it would do and waits for `resume --all`. */
  readonly mode: 'active' | 'read-only';
  readonly modeReason: string;
  readonly config: {
    readonly commit: string | null;
    readonly problems: readonly ConfigProblemView[];
  };
  readonly declared: DeclaredView;
  readonly sources: readonly SourceView[];
  readonly applications: number;
  readonly busy: number;
}

/** A mistake in the configuration. */
export interface ConfigProblemView {
  /** Absent: an error. A warning changes nothing. */
  readonly severity?: 'error' | 'warning';
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
  /** What stands there, in short and without credentials. */
  readonly found?: string | null;
  /** What may stand there. */
  readonly allowed?: string | null;
  /** The nearest thing that is allowed. */
  readonly suggestion?: string | null;
  readonly hint: string;
}

/** Names one application in one environment. */
export interface Selector {
  readonly application: string;
  readonly environment: string;
}

/** What is to be planned. */
export interface PlanRequest extends Selector {
  /**
   * The id of a release, with all its sources as they were; or a commit, branch or tag in the source with the application's
   * path, with the other sources as they are now. `null`: the current state.
   */
  readonly revision: string | null;
  /** Whether programs that manifests name may be asked (checks of commands, probes). Default true. */
  readonly checks?: boolean | undefined;
  /** As a rollback to `revision` would be. Default false. */
  readonly rollback?: boolean | undefined;
  /** As a removal without its delete hooks would be. Default: as it was asked for last, so that the plan that waits is found. */
  readonly withoutHooks?: boolean | undefined;
}

/** Asks for a look now, and for a release where policy or the one who asks allows it. */
interface SyncRequest extends Selector {
  readonly actor: string;
  readonly reason: string;
  /** Digest that the caller has seen and agrees to; also confirms its deletes. `null`: policy decides. */
  readonly approve: string | null;
  /** Try again even what failed before and is remembered as bad. */
  readonly retryQuarantined: boolean;
  /** Where it is removed: go on without its delete hooks. A person has to agree to that plan. Default false. */
  readonly withoutHooks?: boolean | undefined;
}

/** How a request to sync ended. `waiting` names what it needs. */
export type SyncOutcome =
  | { readonly kind: 'unchanged'; readonly message: string }
  | { readonly kind: 'released'; readonly release: Release }
  | { readonly kind: 'waiting'; readonly plan: PlanSet; readonly message: string }
  | { readonly kind: 'blocked'; readonly message: string; readonly error: ErrorRecord | null };

/** What an application renders to for one target. */
export interface RenderedView {
  readonly target: string;
  readonly documents: readonly unknown[];
  /** What its chart says to who installs it, or nothing. */
  readonly notes: string;
  readonly warnings: readonly string[];
}

/** An application that was checked and has no mistake. */
export interface CheckedView {
  /** What a person should know all the same, such as a target that could not be asked. */
  readonly warnings: readonly string[];
}

/** Asks for new values of what templates drew by chance or time. */
export interface RotateRequest extends Selector {
  readonly actor: string;
  readonly reason: string;
}

/** Asks for the tests of what is live. */
export interface TestRequest extends Selector {
  readonly actor: string;
  readonly reason: string;
  /** Delete what another tool has left under the name of a test. Default false: then nothing runs where that is so. */
  readonly displace?: boolean | undefined;
  /** Give the output of tests that passed, too. Default: of what failed. */
  readonly logs?: boolean | undefined;
}

/** One test of an application, and how it ended. */
export interface TestResult {
  readonly target: string;
  readonly id: ResourceId;
  /** `not-run`: one before it failed. */
  readonly result: 'passed' | 'failed' | 'not-run';
  readonly message: string;
  /** `null`: it did not run. */
  readonly tookMs: number | null;
  /** The end of its output, oldest line first; empty where there is none, or nobody asked for it. */
  readonly logs: readonly string[];
}

/** How the tests of an application ended. */
export interface TestOutcome {
  /** What is live, which they are part of. */
  readonly revision: Revision;
  /** In the order in which they ran. */
  readonly tests: readonly TestResult[];
}

/** Which releases; what is left out does not matter. */
export interface HistoryFilter extends Omit<ReleaseFilter, 'application' | 'idPrefix'> {
  /** By its name of today; what it released under former names counts, too. */
  readonly application?: string | undefined;
}

/** Asks to go back, and to stay there until `expiresAtMs` (`null`: until told otherwise). */
export interface RollbackRequest extends Selector {
  /** A release id, a commit or branch or tag, or `null`: the release before the current one. */
  readonly to: string | null;
  readonly actor: string;
  readonly reason: string;
  /** Wall clock, milliseconds. */
  readonly expiresAtMs: number | null;
  /** Digest that the caller has seen and agrees to. `null`: policy decides. */
  readonly approve: string | null;
}

/** Asks that nothing is changed until `expiresAtMs` (`null`: until told otherwise). */
interface HoldRequest extends Selector {
  readonly actor: string;
  readonly reason: string;
  readonly expiresAtMs: number | null;
}

/** The questions and orders of the CLI. What fails rejects with a `FairleadError`, over the socket, too. */
export interface Api {
  status(): Promise<ControllerStatus>;
  applications(): Promise<readonly ApplicationView[]>;
  /** @throws FairleadError `application.not-found` */
  application(selector: Selector): Promise<ApplicationDetail>;
  /** Its resources with what they own, down to what runs. */
  tree(selector: Selector): Promise<ResourceTrees>;
  /** Renders and reads anew, changes nothing. */
  plan(request: PlanRequest): Promise<PlanSet>;
  /** What rendering gives, values of Secrets left out; for `render`. */
  render(
    request: Selector & { readonly revision: string | null },
  ): Promise<readonly RenderedView[]>;
  /** Renders and has each target check that, without a look at what is live. @throws FairleadError that names the mistake */
  check(request: Selector & { readonly revision: string | null }): Promise<CheckedView>;
  /** Lets templates draw anew: what they take for time and chance moves on. Then it is looked at, as `sync` does. */
  rotate(request: RotateRequest): Promise<SyncOutcome>;
  sync(request: SyncRequest): Promise<SyncOutcome>;
  /** Approves (and confirms) the waiting plan with this digest or unambiguous prefix of at least 8 digits. */
  approve(request: { readonly digest: string; readonly actor: string }): Promise<{
    readonly application: string;
    readonly environment: string;
    readonly digest: string;
  }>;
  /**
   * Runs the tests of what is live, one after the other until one fails. That one fails is no error.
   * @throws FairleadError `test.not-found`, `test.not-released`, `test.refused`, `test.needs-yes`
   */
  test(request: TestRequest): Promise<TestOutcome>;
  rollback(request: RollbackRequest): Promise<SyncOutcome>;
  hold(request: HoldRequest): Promise<Hold>;
  /** Ends a hold or rollback. */
  resume(request: Selector & { readonly actor: string }): Promise<{ readonly ended: Hold | null }>;
  /** Leaves read-only mode. */
  activate(request: { readonly actor: string }): Promise<void>;
  /** Asks sources to fetch now; `null`: all. Resolves when fetched and what changed has been queued. */
  refresh(request: { readonly source: string | null }): Promise<readonly SourceView[]>;
  /** Accepts a held source tip. */
  confirmSource(request: {
    readonly source: string;
    readonly commit: string;
    readonly actor: string;
  }): Promise<SourceView>;
  /** Takes commits from a `git bundle` at an absolute path on the controller's machine, as if they had been fetched. */
  importBundle(request: {
    readonly source: string;
    readonly path: string;
    readonly actor: string;
  }): Promise<SourceView>;
  releases(filter: HistoryFilter): Promise<readonly Release[]>;
  /** By id or unambiguous prefix. @throws FairleadError `release.not-found` */
  release(id: string): Promise<Release>;
  events(request: {
    readonly afterSeq: number;
    readonly limit: number;
  }): Promise<readonly FairleadEvent[]>;
  /** Events as they happen, until `signal` aborts. */
  follow(request: { readonly afterSeq: number }, signal: AbortSignal): AsyncIterable<FairleadEvent>;
  logs(
    request: Selector & {
      readonly resource: string | null;
      readonly tail: number;
      readonly follow: boolean;
    },
    signal: AbortSignal,
  ): AsyncIterable<{ readonly resource: string; readonly line: string }>;
}
