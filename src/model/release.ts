import type { ErrorRecord } from './error.ts';
import type { PlanSet } from './plan.ts';
import type { ResourceKey } from './resource.ts';
import type { Revision } from './revision.ts';

/**
 * How a release ended. `reverted`: it failed and the old revision is back. `interrupted`: the controller
 * stopped in the middle; what was in flight has an unknown outcome and was read again. `superseded`: something newer
 * came before it was known to work.
 */
export const releaseOutcomes = [
  'running',
  'succeeded',
  'failed',
  'reverted',
  'refused',
  'interrupted',
  'superseded',
] as const;

/** How a release ended, or that it has not. */
export type ReleaseOutcome = (typeof releaseOutcomes)[number];

/** One effect, journalled before it is sent and again when its result is known. */
export interface JournalStep {
  readonly target: string;
  readonly resource: ResourceKey;
  readonly action: string;
  readonly changeDigest: string;
  readonly startedAtMs: number;
  /** `null` while in flight. */
  readonly endedAtMs: number | null;
  /** `skipped`: there turned out to be nothing to do. */
  readonly result: 'started' | 'done' | 'failed' | 'skipped' | 'unknown';
  readonly message: string;
}

/** Why a release happened. */
export type ReleaseTrigger =
  | 'source'
  | 'drift'
  | 'manual'
  | 'approval'
  | 'rollback'
  | 'revert'
  | 'removal'
  | 'retry'
  | 'adoption';

/** How often the same was tried in vain. */
interface Attempts {
  /** At least 2. */
  readonly count: number;
  readonly firstAtMs: number;
}

/** One plan carried out (or refused) in one environment. History is a list of releases. */
export interface Release {
  readonly id: string;
  readonly application: string;
  readonly environment: string;
  readonly revision: Revision;
  /** Commit of the configuration that it was rendered with; absent as in `Inventory.configuration`. */
  readonly configuration?: string;
  readonly trigger: ReleaseTrigger;
  /** Who or what: `controller`, or the person's name. */
  readonly actor: string;
  readonly reason: string;
  readonly plan: PlanSet;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly outcome: ReleaseOutcome;
  /**
   * It is the last of several attempts in a row, none of which did anything, and all of which failed in the same way; the
   * others are no entries of the history any more. Absent: it stands for itself.
   */
  readonly attempts?: Attempts;
  /** The first error, never overwritten by a later one. */
  readonly error: ErrorRecord | null;
  readonly steps: readonly JournalStep[];
}

/** A person's yes to one plan digest. */
export interface Approval {
  /** Digest of the `PlanSet`. */
  readonly digest: string;
  /** The approved change digests: a plan that became a subset of them stays approved. */
  readonly changes: readonly string[];
  readonly application: string;
  readonly environment: string;
  readonly by: string;
  readonly atMs: number;
  readonly expiresAtMs: number;
}
