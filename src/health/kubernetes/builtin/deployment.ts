import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionOf, isFalse, isTrue } from '../condition.ts';
import { countAt, flagAt, numberAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { unobservedByController } from '../standard.ts';
import { allAre, areOrIs, count, degraded, healthy, progressing, suspended } from '../verdict.ts';
import { notReady, worstPod } from './pods.ts';

/**
 * A rollout is over when all replicas are of the newest version, available, and none of an older one is left.
 *
 * Source: `kubectl rollout status` and kstatus.
 */
function judgeDeployment(object: JsonObject, owned: readonly JsonObject[]): Health {
  if (flagAt(object, 'spec', 'paused')) return suspended('is paused by spec.paused');
  const early = unobservedByController(object);
  if (early !== null) return early;
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const total = countAt(object, 'status', 'replicas');
  const updated = countAt(object, 'status', 'updatedReplicas');
  const available = countAt(object, 'status', 'availableReplicas');
  const ready = countAt(object, 'status', 'readyReplicas');
  const going = conditionOf(object, 'Progressing');
  if (going?.reason === 'ProgressDeadlineExceeded') {
    const missing = Math.max(wanted - Math.min(updated, available), 0);
    const numbers = `${missing} of ${count(wanted, 'pod')} ${areOrIs(missing)} not updated and ready`;
    const reasons = [missing === 0 ? null : numbers, worstPod(owned) ?? refusal(object)];
    return degraded(
      ['its rollout did not get done in time', ...reasons.filter((one) => one !== null)].join(': '),
    );
  }
  if (updated < wanted) {
    const refused = refusal(object);
    if (refused !== null) return progressing(`cannot make its pods: ${refused}`);
    const reason = worstPod(owned);
    return progressing(
      `${updated} of ${count(wanted, 'pod')} ${areOrIs(updated)} updated${reason === null ? '' : `: ${reason}`}`,
    );
  }
  if (total > updated) {
    const old = `${count(total - updated, 'old pod')} still to end`;
    // Pods that do not come up are why the old ones stay.
    return progressing(
      available < total ? `${old}, ${notReady(total - available, total, owned)}` : old,
    );
  }
  if (available < updated) return progressing(notReady(updated - available, updated, owned));
  if (ready < wanted) return progressing(notReady(wanted - ready, wanted, owned));
  const availability = conditionOf(object, 'Available');
  if (isFalse(availability))
    return progressing(availability.message || 'does not have its minimum of pods yet');
  return healthy(wanted === 0 ? 'is scaled to 0' : allAre(wanted, 'pod', 'ready'));
}

/** What keeps pods from being made at all: a quota, an admission webhook. */
function refusal(object: JsonObject): string | null {
  const failure = conditionOf(object, 'ReplicaFailure');
  return isTrue(failure) ? failure.message || failure.reason : null;
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status */
export const deployment = kinds('apps', ['Deployment'], {
  counts:
    'all `spec.replicas` updated and available and no old pod left is Healthy; `ProgressDeadlineExceeded` is Degraded; `spec.paused` is Suspended',
  judge: judgeDeployment,
});
