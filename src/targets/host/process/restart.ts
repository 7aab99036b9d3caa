import type { JsonObject } from '../../../model/json.ts';
import type { Ended } from './ended.ts';
import type { ProcessRecord } from './record.ts';

/** Ends later than this after the start are no sign of a crash loop. */
const stableMs = 10_000;
const firstDelayMs = 1_000;
const longestDelayMs = 60_000;

/**
 * What is to become of a process that does not run:
 * `done`: it ended as its policy allows; `failed`: it ended badly and its policy leaves it so; `waiting`: it ended too
 * often and is started again at `atMs` (wall clock); `due`: it is to be started now.
 */
export type Rest =
  | { readonly kind: 'done' | 'failed' | 'due' }
  | { readonly kind: 'waiting'; readonly atMs: number };

/**
 * A process that ended is drift, healed by the engine like any other: under the same holds, fences and history. This
 * decides when it is: by its `restart` policy, and later and later in a crash loop (at once, then after 1 s, 2 s, 4 s …
 * 60 s; it begins anew once the process has run for 10 s).
 *
 * An end that nobody saw (no controller ran) has no exit code and counts as a failure.
 */
export function restOf(
  record: Pick<ProcessRecord, 'fields' | 'ended' | 'failures'>,
  nowMs: number,
): Rest {
  const { ended, failures } = record;
  const succeeded = ended?.code === 0;
  switch (policyOf(record.fields)) {
    case 'never':
      return { kind: succeeded ? 'done' : 'failed' };
    case 'on-failure':
      if (succeeded) return { kind: 'done' };
      break;
    case 'always':
      break;
  }
  if (ended === null) return { kind: 'due' };
  const delayMs = restartDelayMs(failures);
  // A clock that was set back must not make the wait longer.
  const leftMs = Math.min(delayMs, ended.atMs + delayMs - nowMs);
  return leftMs <= 0 ? { kind: 'due' } : { kind: 'waiting', atMs: nowMs + leftMs };
}

/** How long the start after the `failures`-th early end in a row is put off, in milliseconds. */
export function restartDelayMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 2, 20));
}

/** The number of early ends in a row, this end included. */
export function failuresAfter(record: ProcessRecord, ended: Ended): number {
  return ended.atMs - record.startedAtMs < stableMs ? record.failures + 1 : 1;
}

function policyOf(fields: JsonObject): 'always' | 'on-failure' | 'never' {
  const restart = fields['restart'];
  return restart === 'never' || restart === 'on-failure' ? restart : 'always';
}
