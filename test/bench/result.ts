import type { Machine } from './machine.ts';
import type { Healing } from './measure/healing.ts';
import type { Idle } from './measure/idle.ts';
import type { OneCommit } from './measure/one-commit.ts';
import type { Restart } from './measure/restart.ts';
import type { Summary } from './statistics.ts';

export const resultSchema = 'bench.fairlead.dev/v1';

/** All figures of one run: what `--json` prints. Times in milliseconds, memory in MiB, shares in percent of a core. */
export interface BenchResult {
  readonly schema: typeof resultSchema;
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  /** Load average of the machine before the run. */
  readonly loadBefore: number | null;
  readonly bareNode: { readonly startMs: number; readonly peakMiB: number | null };
  readonly large: SiteResult;
  /** The same with few applications; `null` where it was left out. */
  readonly small: SiteResult | null;
  readonly idle: Idle | null;
  /** Of files of the large repository that somebody edited or deleted by hand. */
  readonly healing: Healing;
  readonly restart: Restart;
  /** Largest resident memory of any controller of the run. */
  readonly peakMiB: number | null;
  readonly rows: readonly Row[];
}

export interface SiteResult {
  readonly applications: number;
  readonly files: number;
  readonly bareWriter: {
    readonly serial: Summary;
    readonly parallel: Summary;
    /** Side by side, with a durable record of each application before its files and after them. */
    readonly withRecords: Summary;
    /**
     * A process that also fetches the repository, reads all of it, and parses configuration and manifests before it
     * writes with records: from its start to its end.
     */
    readonly deployer: Summary;
    /** Median of the faster one of the two without records. */
    readonly limitMs: number;
  };
  readonly firstDeployment: {
    readonly fromStart: Summary;
    readonly fromFetch: Summary;
    /** CPU of the controller, user and system, in milliseconds; `null` where the system cannot tell. */
    readonly cpuMs: Summary | null;
  };
  readonly oneCommit: OneCommit;
}

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  readonly ratio: string;
  readonly aim: string;
  /** `null`: there is no aim. */
  readonly met: boolean | null;
}
