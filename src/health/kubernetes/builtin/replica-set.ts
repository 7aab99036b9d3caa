import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionOf, isTrue } from '../condition.ts';
import { countAt, numberAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobservedByController } from '../standard.ts';
import { allAre, count, degraded, healthy, progressing } from '../verdict.ts';
import { notReady } from './pods.ts';

function judge(object: JsonObject, owned: readonly JsonObject[]): Health {
  const early = unobservedByController(object);
  if (early !== null) return early;
  const failure = conditionOf(object, 'ReplicaFailure');
  if (isTrue(failure))
    return degraded(`cannot make its pods: ${failure.message || failure.reason}`);
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const total = countAt(object, 'status', 'replicas');
  const available = countAt(object, 'status', 'availableReplicas');
  if (available < wanted) return progressing(notReady(wanted - available, wanted, owned));
  if (total > wanted) return progressing(`${count(total - wanted, 'pod')} too many, still to end`);
  return healthy(wanted === 0 ? 'is scaled to 0' : allAre(wanted, 'pod', 'ready'));
}

const rule: Rule = {
  counts: 'all `spec.replicas` available is Healthy; `ReplicaFailure` is Degraded',
  judge,
};

/** The same fields of both: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/ */
export const replicaSet = [
  ...kinds('apps', ['ReplicaSet'], rule),
  ...kinds('', ['ReplicationController'], rule),
];
