import type { Change, PlanSet } from '../model/plan.ts';
import { resourceKey } from '../model/resource.ts';

/** Reversals of one field within `windowMs` that make it contested (invariant 10). */
const reversals = 3;
const windowMs = 10 * 60_000;
/** Heals per hour of a contested field. */
const healsPerHour = 5;
const hourMs = 3_600_000;

/** How often one field was healed lately. */
interface Heals {
  /** The latest heals, oldest first, never empty. */
  readonly atMs: readonly number[];
  /** Somebody keeps reversing it; until an hour passes in which it need not be healed. */
  readonly contested: boolean;
}

/** The heals of each owned field, by `resource path`. */
export type HealLog = ReadonlyMap<string, Heals>;

/**
 * The fields that a healing plan would put back after somebody changed them; a deleted resource counts as one field.
 * What moved on by itself (a process that ended) is nobody's reversal.
 */
export function healedFields(changes: readonly Change[]): readonly string[] {
  return changes
    .filter((change) => change.causeKind === 'drift')
    .flatMap((change) => {
      const key = resourceKey(change.id);
      return change.diff.length === 0
        ? [`${key} (whole)`]
        : change.diff
            .filter(({ because }) => because === undefined)
            .map((field) => `${key} ${field.path}`);
    });
}

/**
 * What somebody reversed if this plan has to be carried out again: the fields that it heals, and every other change
 * for as long as the revision stays the same. So two controllers that were given different revisions of one
 * application contest it instead of undoing each other's work for ever.
 */
export function reversible(
  planSet: PlanSet,
  /** Which of its changes; default: all. */
  counts: (change: Change) => boolean = () => true,
): readonly string[] {
  const changes = planSet.plans.flatMap((plan) => plan.changes).filter(counts);
  const commits = planSet.revision.map(({ commit }) => commit).join(' ');
  const released = changes.filter(
    ({ causeKind }) => causeKind !== 'drift' && causeKind !== 'if-needed',
  );
  return [
    ...healedFields(changes),
    // Joined, it is one text in memory; an hour long there is one for each change.
    ...released.map(({ id, digest }) => [resourceKey(id), digest, 'of', commits].join(' ')),
  ];
}

/** The log after a heal of `fields` at `nowMs`; what was not healed for an hour is dropped. */
export function recordHeal(log: HealLog, fields: readonly string[], nowMs: number): HealLog {
  const next = new Map([...log].filter(([, heals]) => nowMs - lastMs(heals) < hourMs));
  for (const field of fields) {
    const before = next.get(field);
    const atMs = [...(before?.atMs ?? []), nowMs].slice(-reversals);
    const isBurst = atMs.length === reversals && nowMs - (atMs[0] ?? 0) < windowMs;
    next.set(field, { atMs, contested: isBurst || before?.contested === true });
  }
  return next;
}

/**
 * Until when healing `fields` must wait because somebody keeps reversing them; `null`: heal now. A contested field
 * is healed a fifth of an hour after the last time, so never more than five times in any hour.
 */
export function contestedUntilMs(
  log: HealLog,
  fields: readonly string[],
  nowMs: number,
): number | null {
  let until: number | null = null;
  for (const field of fields) {
    const heals = log.get(field);
    if (heals?.contested !== true || nowMs - lastMs(heals) >= hourMs) continue;
    const due = lastMs(heals) + hourMs / healsPerHour;
    if (due > nowMs && (until === null || due > until)) until = due;
  }
  return until;
}

/** What of a plan waits because somebody keeps reversing it. */
export interface Contest {
  /** Until when the last of it waits; `null`: nothing is contested. */
  readonly untilMs: number | null;
  /** Digests of the heals that wait; everything else of the plan need not. */
  readonly heals: ReadonlySet<string>;
  /** What is released is itself undone again and again, at this very revision: then all of the plan waits. */
  readonly release: boolean;
}

/** Which changes of a plan wait. One heal that does holds up no other change, least of all a new commit. */
export function contestOf(log: HealLog, planSet: PlanSet, nowMs: number): Contest {
  const heals = new Set<string>();
  let release = false;
  let untilMs: number | null = null;
  for (const change of planSet.plans.flatMap(({ changes }) => changes)) {
    const due = contestedUntilMs(
      log,
      reversible(planSet, (one) => one === change),
      nowMs,
    );
    if (due === null) continue;
    untilMs = Math.max(untilMs ?? due, due);
    if (change.causeKind === 'drift') heals.add(change.digest);
    else release = true;
  }
  return { untilMs, heals, release };
}

function lastMs(heals: Heals): number {
  return heals.atMs.at(-1) ?? Number.NEGATIVE_INFINITY;
}
