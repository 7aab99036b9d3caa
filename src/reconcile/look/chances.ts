import type { ApplicationRuntime } from '../runtime.ts';
import type { LookTrigger, RunRequest } from '../schedule/agenda.ts';
import type { RunContext } from './context.ts';

/** Whether what failed is to be tried again: a commit or a person says so, or it is time for it. */
export function takeChances(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<LookTrigger>,
): void {
  const isChance = isNewChance(context, runtime, requests, triggers);
  const { attempts } = runtime;
  const { retryAtMs } = attempts;
  if (isChance) attempts.reopen();
  if (!isChance && retryAtMs !== null && context.ports.clock.monotonicMs() < retryAtMs) return;
  attempts.resume();
}

/** Drift and verification are none, and neither is that a controller starts: it looks at everything. */
function isNewChance(
  context: RunContext,
  runtime: ApplicationRuntime,
  requests: readonly RunRequest[],
  triggers: ReadonlySet<LookTrigger>,
): boolean {
  if (context.looking()) return false;
  const isStart = context.options.continuous && !runtime.agenda.wasLookedAt;
  const looksOnly = new Set<LookTrigger>(['drift', 'verify']);
  if (isStart) looksOnly.add('source').add('removal');
  return requests.length > 0 || [...triggers].some((trigger) => !looksOnly.has(trigger));
}
