import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { countAt, numberAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { unobservedByController } from '../standard.ts';
import { allAre, areOrIs, count, healthy, progressing } from '../verdict.ts';
import { notReady, worstPod } from './pods.ts';

/** One updated and available pod on each node that is to have one. Source: `kubectl rollout status`. */
function judge(object: JsonObject, owned: readonly JsonObject[]): Health {
  const early = unobservedByController(object);
  if (early !== null) return early;
  const wanted = numberAt(object, 'status', 'desiredNumberScheduled');
  if (wanted === null) return progressing('its controller has not counted the nodes yet');
  const onDelete = textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  const updated = countAt(object, 'status', 'updatedNumberScheduled');
  const available = countAt(object, 'status', 'numberAvailable');
  if (updated < wanted && !onDelete) {
    const reason = worstPod(owned);
    return progressing(
      `${updated} of ${count(wanted, 'pod')} ${areOrIs(updated)} updated${reason === null ? '' : `: ${reason}`}`,
    );
  }
  if (available < wanted) return progressing(notReady(wanted - available, wanted, owned));
  if (wanted === 0) return healthy('no node is to have a pod of it');
  const all = allAre(wanted, 'pod', 'ready');
  if (updated >= wanted) return healthy(all);
  const old = wanted - updated;
  return healthy(
    `${all}; ${count(old, 'pod')} ${areOrIs(old)} of the old revision until somebody deletes them (OnDelete)`,
  );
}

/** As `kubectl rollout status` waits: https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/ */
export const daemonSet = kinds('apps', ['DaemonSet'], {
  counts:
    'an updated, available pod on every node that is to have one is Healthy; with `OnDelete` it need not be updated',
  judge,
});
