import { healthOf } from '../../../health/kubernetes/health-of.ts';
import type { Health } from '../../../model/status.ts';
import type { KubeObject } from '../client/object.ts';
import { branch, text } from '../object/reading.ts';

/** How a hook ended; `null`: it goes on. A pod that runs well has not ended. */
export function outcomeOf(object: KubeObject): Health | null {
  const isPod = object.kind === 'Pod' && object.apiVersion === 'v1';
  if (isPod && text(branch(object['status'])['phase']) === 'Running') return null;
  const health = healthOf(object);
  return health.status === 'Healthy' || health.status === 'Degraded' ? health : null;
}
