import type { JsonObject } from '../../../model/json.ts';
import { groupOf, nameOf, textAt } from '../object.ts';
import { areOrIs, count } from '../verdict.ts';
import { goesOn, judgePodAmong } from './pod.ts';
import { warningAbout } from './warning.ts';

/**
 * Why pods of a workload are not ready: "1 of 3 pods is not ready: pod web-abc: container app cannot pull image x …". The
 * pods that the caller knows give the reason; the numbers come from the workload.
 */
export function notReady(missing: number, wanted: number, owned: readonly JsonObject[]): string {
  const reason = worstPod(owned);
  const numbers = `${missing} of ${count(wanted, 'pod')} ${areOrIs(missing)} not ready`;
  return reason === null ? numbers : `${numbers}: ${reason}`;
}

/**
 * The first pod that is broken, else the first that is not yet ready, with its sentence. Where there is none, why none
 * is made, as far as a warning says so. `null` if all are fine.
 */
export function worstPod(owned: readonly JsonObject[]): string | null {
  let waiting: string | null = null;
  const pods = owned.filter((object) => isPod(object));
  for (const pod of pods) {
    // A pod that is being deleted makes room for one that counts.
    if (textAt(pod, 'metadata', 'deletionTimestamp') !== '') continue;
    const { status, message } = judgePodAmong(pod, owned, true);
    if (status === 'Degraded') return `pod ${nameOf(pod)}: ${message}`;
    if (status === 'Progressing' && message !== goesOn)
      waiting ??= `pod ${nameOf(pod)}: ${message}`;
  }
  if (waiting !== null || pods.length > 0) return waiting;
  const refused = warningAbout(owned, (about) => textAt(about, 'kind') !== 'Pod');
  return refused === null ? null : `cannot make its pods: ${refused}`;
}

function isPod(object: JsonObject): boolean {
  return textAt(object, 'kind') === 'Pod' && groupOf(object) === '';
}
