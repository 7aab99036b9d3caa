import type { SyncOutcome } from '../../control/api.ts';
import type { Change } from '../../model/plan.ts';
import type { Release, ReleaseTrigger } from '../../model/release.ts';
import { showRevision } from '../../model/revision.ts';
import { recordHeal, reversible } from '../../release/contest.ts';
import { isHealing } from '../../release/gate.ts';
import type { Verdict } from '../../release/gate.ts';
import { historyOf } from '../history.ts';
import type { ApplicationRuntime } from '../runtime.ts';
import type { LookTrigger, RunRequest } from '../schedule/agenda.ts';
import type { PlannedRun, RunContext } from './context.ts';
import { afterFailure } from './failure.ts';
import { releaseApplication } from './release-application.ts';
import { afterSuccess } from './rest.ts';

/** Releases what the gate let pass, and sees to what comes after: rest, another attempt, or the way back. */
export async function carryOut(
  context: RunContext,
  runtime: ApplicationRuntime,
  run: PlannedRun,
  verdict: Extract<Verdict, { kind: 'go' }>,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<LookTrigger>,
): Promise<SyncOutcome> {
  const changes = run.planSet.plans.flatMap((plan) => plan.changes);
  const person = requests[0];
  const healing = isHealing(changes);
  runtime.pending.wait(null);
  const goingBack = run.fallback === 'quarantined' && !healing;
  runtime.status.move(goingBack ? 'revert-started' : 'apply-started');
  runtime.status.say(`${goingBack ? 'going back to' : 'releasing'} ${showRevision(run.revision)}`);
  const { release, unhealthy, recorded } = await releaseApplication(context, runtime, {
    run,
    approved: verdict.approved,
    trigger: person?.trigger ?? triggerOf(runtime, changes, goingBack, healing, verdict, triggers),
    actor: person?.actor ?? verdict.approvedBy ?? 'controller',
    reason: reasonOf(person, changes),
    isAsked: person !== undefined,
  });
  if (healing || release.error === null) {
    const { releases } = runtime;
    const reversed = reversible(run.planSet, carriedOut(release));
    releases.healed(recordHeal(releases.heals, reversed, context.ports.clock.nowMs()));
  }
  if (release.error !== null) {
    await recorded;
    await afterFailure(context, runtime, run, release, unhealthy);
    return { kind: 'released', release };
  }
  if (goingBack) await markReverted(context, runtime);
  runtime.status.move('apply-done');
  await afterSuccess(context, runtime, run, recorded);
  return { kind: 'released', release };
}

/** What of a release was done, or may have been: only that can somebody reverse. */
function carriedOut({ steps }: Release): (change: Change) => boolean {
  const digests = new Set(
    steps
      .filter(({ result }) => result === 'done' || result === 'unknown')
      .map(({ changeDigest }) => changeDigest),
  );
  return ({ digest }) => digests.has(digest);
}

/** The last failed release has been undone, under whatever name it failed: its record says so. */
async function markReverted(context: RunContext, runtime: ApplicationRuntime): Promise<void> {
  const history = await historyOf(context.ports.store, context.world, {
    ...runtime.key,
    outcome: 'failed',
    limit: 20,
  });
  // An attempt to go back may have failed, too.
  const failed = history.find(({ trigger }) => trigger !== 'revert');
  if (failed !== undefined) await context.journal.putRelease({ ...failed, outcome: 'reverted' });
}

function triggerOf(
  runtime: ApplicationRuntime,
  changes: readonly Change[],
  goingBack: boolean,
  healing: boolean,
  verdict: Extract<Verdict, { kind: 'go' }>,
  triggers: ReadonlySet<LookTrigger>,
): ReleaseTrigger {
  if (goingBack) return 'revert';
  if (verdict.approvedBy !== null) return 'approval';
  if (runtime.declared.removal !== null) return 'removal';
  if (healing) {
    const drifted = changes.some(({ causeKind }) => causeKind === 'drift');
    return drifted ? 'drift' : 'retry';
  }
  for (const trigger of triggers) if (trigger !== 'verify' && trigger !== 'drift') return trigger;
  return 'source';
}

/** What the person said it is for; where nobody said anything, what changed first. */
function reasonOf(person: RunRequest | undefined, changes: readonly Change[]): string {
  const said = person?.reason.trim() ?? '';
  return said === '' ? (changes[0]?.cause ?? '') : said;
}
