import type { Change } from '../model/plan.ts';
import { resourceKey } from '../model/resource.ts';

/** Reversals of one field within `windowMs` that make it contested (invariant 10). */
const reversals = 3;
const windowMs = 10 * 60_000;
/** Heals per hour of a contested field. */
const healsPerHour = 5;
const hourMs = 3_600_000;

/** When each owned field was healed, by `resource path`; oldest first. */
export type HealLog = ReadonlyMap<string, readonly number[]>;

/** The fields that a healing plan would put back; a deleted resource counts as one field. */
export function healedFields(changes: readonly Change[]): readonly string[] {
  return changes
    .filter((change) => change.causeKind === 'drift')
    .flatMap((change) => {
      const key = resourceKey(change.id);
      return change.diff.length === 0
        ? [`${key} (whole)`]
        : change.diff.map((field) => `${key} ${field.path}`);
    });
}

/** The log after a heal at `nowMs`; what is older than an hour is dropped. */
export function recordHeal(log: HealLog, fields: readonly string[], nowMs: number): HealLog {
  const next = new Map<string, readonly number[]>();
  for (const [field, times] of log) {
    const recent = times.filter((at) => nowMs - at < hourMs);
    if (recent.length > 0) next.set(field, recent);
  }
  for (const field of fields) next.set(field, [...(next.get(field) ?? []), nowMs]);
  return next;
}

/**
 * Until when healing `fields` must wait because somebody keeps reversing them; `null`: heal now. A field that
 * was healed three times within ten minutes is contested; then it is healed at most five times an hour.
 */
export function contestedUntilMs(
  log: HealLog,
  fields: readonly string[],
  nowMs: number,
): number | null {
  let until: number | null = null;
  for (const field of fields) {
    const times = (log.get(field) ?? []).filter((at) => nowMs - at < hourMs);
    const contested = times.some((at, index) => {
      const third = times[index + reversals - 1];
      return third !== undefined && third - at < windowMs;
    });
    if (!contested || times.length < reversals) continue;
    // The next heal is due one fifth of an hour after the last, and never more than five in any hour.
    const last = times.at(-1) ?? nowMs;
    const due = last + hourMs / healsPerHour;
    if (due > nowMs && (until === null || due > until)) until = due;
  }
  return until;
}
