import type { ApplicationView, SyncOutcome } from '../control/api.ts';
import type { ErrorRecord } from '../model/error.ts';
import { awaitsDependency } from '../reconcile/errors.ts';
import { shortDigest } from '../model/digest.ts';
import type { Release } from '../model/release.ts';
import { showRevision } from '../model/revision.ts';
import { showDuration } from './duration.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import type { View } from './output.ts';
import { showSelector } from './selection.ts';
import { changesOf, showCounts, showDone } from './show/counts.ts';
import type { Blocker } from './show/blocker.ts';

/** How a sync or rollback of one application ended; what is written as data. */
export interface Result {
  readonly application: string;
  readonly environment: string;
  /** `unchanged`, `released`, `failed`, `waiting` (for a person) or `blocked`. */
  readonly result: 'unchanged' | 'released' | 'failed' | 'waiting' | 'blocked';
  readonly release: string | null;
  readonly outcome: string | null;
  readonly revision: string;
  /** What was done; of a plan that waits, what would be. */
  readonly changes: string;
  readonly tookMs: number | null;
  /** Digest of the plan that was carried out or waits. */
  readonly digest: string | null;
  readonly message: string;
  readonly error: ErrorRecord | null;
}

/** What `sync`, `rollback` and `rotate` end with. */
export const resultView: View<Result> = {
  kind: 'SyncResult',
  name: showSelector,
  columns: [
    { header: 'APPLICATION', cell: showSelector },
    {
      header: 'RESULT',
      cell: (item, style) => ({
        text: item.outcome ?? item.result,
        paint: style[tones[item.result]],
      }),
    },
    { header: 'REVISION', cell: (item) => item.revision },
    { header: 'CHANGES', cell: (item) => item.changes, flexible: 'last' },
    { header: 'TOOK', cell: (item) => (item.tookMs === null ? '-' : showDuration(item.tookMs)) },
    { header: 'RELEASE', cell: (item) => item.release ?? '-', wide: true },
    { header: 'MESSAGE', cell: (item) => item.message, flexible: true },
  ],
};

const tones = {
  unchanged: 'faint',
  released: 'good',
  failed: 'bad',
  waiting: 'warn',
  blocked: 'bad',
} as const;

/** The outcome for one application as it is shown. @param view as it was before */
export function resultOf(view: ApplicationView, outcome: SyncOutcome): Result {
  const { application, environment } = view;
  const base = {
    application,
    environment,
    release: null,
    outcome: null,
    tookMs: null,
    digest: null,
    error: null,
  };
  switch (outcome.kind) {
    case 'unchanged':
      return {
        ...base,
        result: 'unchanged',
        revision: showRevision(view.revision),
        changes: '-',
        message: outcome.message,
      };
    case 'waiting':
      return {
        ...base,
        result: 'waiting',
        revision: showRevision(outcome.plan.revision),
        changes: showCounts(outcome.plan.plans),
        digest: outcome.plan.digest,
        message: outcome.message,
      };
    case 'blocked':
      return {
        ...base,
        result: 'blocked',
        revision: showRevision(view.revision),
        changes: '-',
        message: outcome.message,
        error: outcome.error,
      };
    case 'released': {
      const { release } = outcome;
      return {
        ...base,
        result: release.outcome === 'succeeded' ? 'released' : 'failed',
        release: release.id,
        outcome: release.outcome,
        revision: showRevision(release.revision),
        changes: showDone(release),
        tookMs: release.endedAtMs === null ? null : release.endedAtMs - release.startedAtMs,
        digest: release.plan.digest,
        message: release.error?.message ?? reasonGiven(release),
        error: release.error,
      };
    }
  }
}

/** What the person said; where that was nothing, the reason is what changed, which the plan has shown already. */
function reasonGiven({ reason, plan }: Release): string {
  return changesOf(plan)[0]?.cause === reason ? '' : reason;
}

/**
 * The code of several results: an error counts most, then what waits for a person, then what did not work out, also for who
 * waits for that.
 */
export function exitCodeOfResults(results: readonly Result[]): ExitCode {
  const codes = results.map(codeOf);
  const error = codes.find((code) => !lesser.includes(code));
  return error ?? lesser.find((code) => codes.includes(code)) ?? exitCodes.ok;
}

/** Those that are no error of the command, the one that counts most first. */
const lesser: readonly ExitCode[] = [exitCodes.refused, exitCodes.degraded, exitCodes.ok];

function codeOf({ result, error }: Result): ExitCode {
  switch (result) {
    case 'unchanged':
    case 'released':
      return exitCodes.ok;
    case 'failed':
      return exitCodes.degraded;
    case 'waiting':
      return exitCodes.refused;
    case 'blocked':
      return error === null ? exitCodes.refused : exitCodeOf(error);
  }
}

/** Rows of the closing "blocked by" table. */
export function blockersOf(results: readonly Result[]): readonly Blocker[] {
  return results.flatMap((one): readonly Blocker[] => {
    const application = showSelector(one);
    if (one.result === 'waiting') {
      const next =
        one.digest === null
          ? `fairlead describe ${application}`
          : `fairlead approve ${shortDigest(one.digest)}`;
      return [{ application, what: 'a person', why: one.message, next }];
    }
    if (one.result !== 'blocked' && one.result !== 'failed') return [];
    return [
      {
        application,
        what: isAwaiting(one)
          ? 'another application'
          : (one.error?.resource ?? one.error?.code ?? 'policy'),
        why: one.message,
        next: one.error?.hint ?? `fairlead describe ${application}`,
      },
    ];
  });
}

/** Whether it waits for another application, which may have got further by now. */
export function isAwaiting({ error }: Result): boolean {
  return error?.code === awaitsDependency.definition.code;
}
