import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionOf, isTrue } from '../condition.ts';
import { textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

/** What goes wrong in the deletion of a namespace comes before what it merely waits for. */
const failures = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
];
const waits = ['NamespaceFinalizersRemaining', 'NamespaceContentRemaining'];

function judgeDeletion(object: JsonObject): Health | null {
  for (const type of failures) {
    const failure = conditionOf(object, type);
    if (isTrue(failure)) return degraded(`cannot be deleted: ${failure.message}`);
  }
  for (const type of waits) {
    const wait = conditionOf(object, type);
    if (isTrue(wait)) return progressing(`is being deleted: ${wait.message}`);
  }
  return null;
}

function judge(object: JsonObject): Health {
  if (textAt(object, 'status', 'phase') !== 'Terminating') return healthy('is active');
  return judgeDeletion(object) ?? progressing('is being deleted');
}

/**
 * Why its content stays is in its conditions:
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/
 */
export const namespace = kinds('', ['Namespace'], {
  counts:
    'Healthy; while it is deleted Progressing with what is left in it, Degraded when its content cannot be deleted',
  judge,
  deleting: judgeDeletion,
});
