import type { JsonObject } from '../../../model/json.ts';
import { groupOf, nameOf, textAt } from '../object.ts';
import { areOrIs, count } from '../verdict.ts';
import { judgePod } from './pod.ts';

/**
 * Why pods of a workload are not ready: "1 of 3 pods is not ready: web-abc cannot pull image x: …". The pods that the
 * caller knows give the reason; the numbers come from the workload.
 */
export function notReady(missing: number, wanted: number, owned: readonly JsonObject[]): string {
  const reason = worstPod(owned);
  const numbers = `${missing} of ${count(wanted, 'pod')} ${areOrIs(missing)} not ready`;
  return reason === null ? numbers : `${numbers}: ${reason}`;
}

/** The first pod that is broken, else the first that is not yet ready, with its sentence; `null` if all are fine. */
export function worstPod(owned: readonly JsonObject[]): string | null {
  let waiting: string | null = null;
  for (const object of owned) {
    if (textAt(object, 'kind') !== 'Pod' || groupOf(object) !== '') continue;
    // A pod that is being deleted makes room for one that counts.
    if (textAt(object, 'metadata', 'deletionTimestamp') !== '') continue;
    const { status, message } = judgePod(object);
    if (status === 'Degraded') return `${nameOf(object)} ${message}`;
    if (status === 'Progressing') waiting ??= `${nameOf(object)} ${message}`;
  }
  return waiting;
}
