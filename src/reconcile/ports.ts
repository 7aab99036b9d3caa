import type { ConfigProblemView } from '../control/api.ts';
import type { Config, HealthCheckConfig, SourceConfig, TargetConfig } from '../model/config.ts';
import type { Hasher } from '../model/digest.ts';
import type { Result } from '../model/result.ts';
import type { Health } from '../model/status.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Source, Tree } from '../source/source.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../system/clock.ts';
import type { Packer } from '../system/packer.ts';
import type { Random } from '../system/random.ts';
import type { Target } from '../targets/target.ts';

/**
 * Everything of the outside world that the engine touches. The composition root passes the real ones, the
 * simulator its own; the engine cannot tell, and is byte for byte the same code.
 */
export interface EnginePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly hash: Hasher;
  readonly packer: Packer;
  readonly store: Store;
  /** Opens the source that a configuration names. Called once per changed `SourceConfig`. */
  readonly openSource: (config: SourceConfig) => Promise<Source>;
  /** Opens the target that a configuration names. @throws FairleadError where it cannot be reached or is misconfigured. */
  readonly openTarget: (config: TargetConfig) => Promise<Target>;
  /** Chooses what renders a folder; a failure where nothing does. */
  readonly renderer: (tree: Tree, path: string) => Promise<Result<Renderer>>;
  readonly loadConfig: ConfigLoader;
  /**
   * Asks one of an application's own health checks, once. Never throws: what does not answer is Degraded, what was
   * aborted Unknown.
   */
  readonly checkHealth: (check: HealthCheckConfig, signal: AbortSignal) => Promise<Health>;
  readonly log: EngineLog;
}

/** Reads the configuration from a tree. */
export interface ConfigLoader {
  /** Whether a changed file can change the configuration. */
  concerns(path: string): boolean;
  /**
   * `previous` is the last accepted configuration: what fails now keeps its last good form, and nothing counts
   * as removed that could be in a file that failed.
   */
  load(tree: Tree, previous: Config | null): Promise<Result<ConfigSnapshot>>;
}

/** Why what a document says now cannot be used. */
export interface Mistake {
  /** The file, and the line where that can be told. */
  readonly place: string;
  /** What is wrong there, in a sentence. */
  readonly message: string;
}

/** The configuration as one commit has it. */
export interface ConfigSnapshot {
  readonly config: Config;
  readonly problems: readonly ConfigProblemView[];
  /** Whether there was no error at all: a commit to go back to after a restart. */
  readonly sound: boolean;
  /** Whether what is missing may be taken as removed: no error hides a document that nobody can name. */
  readonly complete: boolean;
  /** Applications whose earlier form stays in force, as the one at this commit has an error. */
  readonly lastGood: ReadonlySet<string>;
  /**
   * Applications and environments, as `Kind/name`, that stay in force as they were for a mistake, with that, and that would have
   * a person asked, as far as they can be read, where nobody is asked by what is in force.
   */
  readonly asking: ReadonlyMap<string, Mistake>;
  /** Declared, but unusable and without an earlier form: not in `config`, and not removed either. */
  readonly heldBack: {
    readonly applications: ReadonlySet<string>;
    readonly environments: ReadonlySet<string>;
  };
}

/** For operators' logs, never for decisions. */
export interface EngineLog {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** What the engine is told once, when it is made. */
export interface EngineOptions {
  readonly version: string;
  /** Identity of the state folder; stands in every inventory that is written. */
  readonly installation: string;
  /** The repository that holds the configuration; its `Source` has the empty name. */
  readonly repository: SourceConfig;
  /** Applications reconciled at the same time. */
  readonly concurrency: number;
  /** Start by showing only: the state was lost or restored. Empty: act. */
  readonly readOnlyReason: string;
  /** A person has said that what another installation released is ours from now on. Default: wait for `activate`. */
  readonly takeOver?: boolean | undefined;
  /** Only these `application@environment` (or application) names; `null`: all. */
  readonly only: readonly string[] | null;
  /** Whether sources are polled and targets watched; off for one-shot commands. */
  readonly continuous: boolean;
  /** From-scratch verification of every application, before jitter. Default 6 h. */
  readonly verifyEveryMs: number;
}
