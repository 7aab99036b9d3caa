import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { countAt, numberAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { unobservedByController } from '../standard.ts';
import { allAre, areOrIs, count, healthy, progressing } from '../verdict.ts';
import { notReady, worstPod } from './pods.ts';

/**
 * Pods must be ready and, as far as the update strategy changes them by itself, of the newest revision: with a
 * partition those from its ordinal on, with OnDelete none.
 *
 * Source: `kubectl rollout status`; https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions
 */
function judge(object: JsonObject, owned: readonly JsonObject[]): Health {
  const early = unobservedByController(object);
  if (early !== null) return early;
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const total = countAt(object, 'status', 'replicas');
  const ready = countAt(object, 'status', 'readyReplicas');
  const updated = countAt(object, 'status', 'updatedReplicas');
  if (ready < wanted) return progressing(notReady(wanted - ready, wanted, owned));
  if (total > wanted) return progressing(`${count(total - wanted, 'pod')} too many, still to end`);
  const all = wanted === 0 ? 'is scaled to 0' : allAre(wanted, 'pod', 'ready');
  const old = outdated(object) ? Math.max(wanted - updated, 0) : 0;
  if (old === 0) return healthy(all);
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return healthy(
      `${all}; ${count(old, 'pod')} ${areOrIs(old)} of the old revision until somebody deletes them (OnDelete)`,
    );
  }
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const due = Math.max(wanted - partition, 0);
  if (updated >= due)
    return healthy(`${all}; ${updated} updated, which is all that partition ${partition} lets`);
  const reason = worstPod(owned);
  return progressing(
    `${updated} of ${count(due, 'pod')} ${areOrIs(updated)} updated${reason === null ? '' : `: ${reason}`}`,
  );
}

/** Once a rollout is over the controller makes both revisions the same and no longer counts updated pods. */
function outdated(object: JsonObject): boolean {
  const newest = textAt(object, 'status', 'updateRevision');
  return newest !== '' && newest !== textAt(object, 'status', 'currentRevision');
}

/**
 * As `kubectl rollout status` waits:
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies
 */
export const statefulSet = kinds('apps', ['StatefulSet'], {
  counts:
    'all `spec.replicas` ready and of the newest revision is Healthy; with a partition those from its ordinal on must be new, with `OnDelete` none',
  judge,
});
