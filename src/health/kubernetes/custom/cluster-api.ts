import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { annotationOf, at, countAt, flagAt, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { allAre, areOrIs, count, degraded, healthy, progressing, suspended } from '../verdict.ts';

/**
 * The phase tells most. `Available` (v1beta2) or `Ready` (v1beta1) explain it; in v1beta1 Ready False has the severity
 * Info for as long as all goes as it should.
 * https://cluster-api.sigs.k8s.io/developer/providers/contracts/infra-cluster
 */
function judge(object: JsonObject): Health {
  const isPaused = annotationOf(object, 'cluster.x-k8s.io/paused') !== '';
  if (isPaused || flagAt(object, 'spec', 'paused')) return suspended('is paused');
  const early = unobserved(object);
  if (early !== null) return early;
  const phase = textAt(object, 'status', 'phase');
  const failure =
    textAt(object, 'status', 'failureMessage') ||
    textAt(object, 'status', 'deprecated', 'v1beta1', 'failureMessage');
  if (phase === 'Failed' || failure !== '') return degraded(failure || 'failed');
  const available = conditionOf(object, 'Available') ?? conditionOf(object, 'Ready');
  if (available?.status === 'False' && isError(object, available.type))
    return degraded(explain(available));
  const works = ['Provisioned', 'Running', ''].includes(phase);
  if (isTrue(available) && works) return healthy(phase === '' ? 'is ready' : `is ${phase}`);
  if (available === null && works && phase !== '') return healthy(`is ${phase}`);
  if (available === null) return progressing(phase === '' ? 'has no status yet' : `is ${phase}`);
  return progressing(isTrue(available) ? `is ${phase}` : explain(available));
}

function isError(object: JsonObject, type: string): boolean {
  const condition = objectsAt(object, 'status', 'conditions').find(
    (one) => textAt(one, 'type') === type,
  );
  const severity = textAt(condition, 'severity');
  return at(condition, 'severity') !== undefined && severity === 'Error';
}

function judgeMachineHealth(object: JsonObject): Health {
  if (annotationOf(object, 'cluster.x-k8s.io/paused') !== '') return suspended('is paused');
  const early = unobserved(object);
  if (early !== null) return early;
  const allowed = conditionOf(object, 'RemediationAllowed');
  if (isFalse(allowed)) return degraded(explain(allowed));
  const expected = countAt(object, 'status', 'expectedMachines');
  const fine = countAt(object, 'status', 'currentHealthy');
  return fine < expected
    ? degraded(`${fine} of ${count(expected, 'machine')} ${areOrIs(fine)} healthy`)
    : healthy(allAre(expected, 'machine', 'healthy'));
}

const rule: Rule = {
  counts:
    '`Available` or `Ready` with phase `Provisioned` or `Running` is Healthy; `Failed`, a failure message or a condition of severity Error is Degraded; paused is Suspended',
  judge,
};

export const clusterApi = [
  ...kinds(
    'cluster.x-k8s.io',
    ['Cluster', 'Machine', 'MachineDeployment', 'MachineSet', 'MachinePool'],
    rule,
  ),
  ...kinds('controlplane.cluster.x-k8s.io', ['*'], rule),
  ...kinds('infrastructure.cluster.x-k8s.io', ['*'], rule),
  ...kinds('cluster.x-k8s.io', ['MachineHealthCheck'], {
    counts:
      'as many healthy machines as expected is Healthy, fewer is Degraded; so is `RemediationAllowed` False',
    judge: judgeMachineHealth,
  }),
  ...kinds(
    'cluster.x-k8s.io',
    ['ClusterClass'],
    byConditions({ ready: [], readyIfThere: ['VariablesReconciled', 'RefVersionsUpToDate'] }),
  ),
  ...kinds(
    'addons.cluster.x-k8s.io',
    ['ClusterResourceSet'],
    byConditions({
      ready: ['ResourcesApplied'],
      exceptReasons: ['ClusterMatchFailed', 'NotApplied'],
    }),
  ),
  ...kinds('addons.cluster.x-k8s.io', ['ClusterResourceSetBinding'], always),
];
