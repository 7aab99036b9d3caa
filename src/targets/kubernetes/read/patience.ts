import type { ResourceId } from '../../../model/resource.ts';

/**
 * Long enough for a controller that tries again: an autoscaler looks every 15 s for what it scales
 * (`--horizontal-pod-autoscaler-sync-period`), an ExternalSecret waits for its store, a container for its database.
 */
const retriedMs = 30_000;

/** What these are said to be Degraded for is their controller's last word: a deadline that is over, a Job that has failed. */
const final: Readonly<Record<string, readonly string[]>> = {
  apps: ['Deployment'],
  batch: ['Job', 'CronJob'],
};

/** See `Target.patienceMs`. Most controllers try again what did not work, and what they say meanwhile is no end. */
export function patienceMs({ group, kind }: ResourceId): number | null {
  return final[group]?.includes(kind) === true ? null : retriedMs;
}
