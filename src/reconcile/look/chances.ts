import type { ReleaseTrigger } from '../../model/release.ts';
import type { ApplicationRuntime, RunRequest } from '../runtime.ts';
import type { RunContext } from './context.ts';

/** Whether what failed is to be tried again: a commit or a person says so, or it is time for it. */
export function takeChances(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): void {
  const isChance = isNewChance(context, runtime, requests, triggers);
  const { retryAtMs } = runtime;
  if (isChance) runtime.givenUp = null;
  if (!isChance && retryAtMs !== null && context.ports.clock.monotonicMs() < retryAtMs) return;
  runtime.retryAtMs = null;
  runtime.putOff = null;
}

/** Drift and verification are none, and neither is that a controller starts: it looks at everything. */
function isNewChance(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<ReleaseTrigger | 'verify'>,
): boolean {
  if (context.looking()) return false;
  const isStart = context.options.continuous && !runtime.wasLookedAt;
  const looksOnly = new Set<ReleaseTrigger | 'verify'>(['drift', 'verify']);
  if (isStart) looksOnly.add('source').add('removal');
  return requests.length > 0 || [...triggers].some((trigger) => !looksOnly.has(trigger));
}
