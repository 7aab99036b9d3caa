import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isTrue } from '../condition.ts';
import { textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

const flink = byPhase({
  field: ['status', 'lifecycleState'],
  healthy: ['STABLE', 'FINISHED'],
  progressing: ['CREATED', 'DEPLOYED', 'UPGRADING', 'ROLLING_BACK', 'ROLLED_BACK', 'DELETING'],
  degraded: ['FAILED'],
  suspended: ['SUSPENDED'],
  why: [['status', 'error']],
});

/** Before version 1.2 there was no lifecycle state. */
const oldFlink = byPhase({
  field: ['status', 'jobManagerDeploymentStatus'],
  healthy: ['READY'],
  progressing: ['DEPLOYING', 'DEPLOYED_NOT_READY', 'MISSING'],
  degraded: ['ERROR'],
  why: [
    ['status', 'error'],
    ['status', 'reconciliationStatus', 'error'],
  ],
});

function judgeFlink(object: JsonObject, owned: readonly JsonObject[]): Health {
  if (textAt(object, 'status', 'lifecycleState') !== '') return flink.judge(object, owned);
  return textAt(object, 'spec', 'job', 'state') === 'suspended'
    ? suspended('is suspended by spec.job.state')
    : oldFlink.judge(object, owned);
}

/** https://kserve.github.io/website/latest/reference/api/ */
function judgeInference(object: JsonObject): Health {
  const stopped = conditionOf(object, 'Stopped');
  if (isTrue(stopped)) return suspended('is stopped');
  const transition = textAt(object, 'status', 'modelStatus', 'transitionStatus');
  if (transition === 'BlockedByFailedLoad' || transition === 'InvalidSpec') {
    const why = textAt(object, 'status', 'modelStatus', 'lastFailureInfo', 'message');
    return degraded(`its model is not in use: ${why || transition}`);
  }
  const ready = conditionOf(object, 'Ready');
  if (isTrue(ready)) return healthy('is ready');
  return progressing(ready === null ? 'its controller has not looked at it yet' : explain(ready));
}

/** Jobs of data and machine learning. */
export const batch = [
  ...kinds(
    'sparkoperator.k8s.io',
    ['SparkApplication'],
    byPhase({
      field: ['status', 'applicationState', 'state'],
      healthy: ['RUNNING', 'COMPLETED', 'SUCCEEDING'],
      progressing: ['NEW', 'SUBMITTED', 'PENDING_RERUN', 'INVALIDATING', 'RESUMING', 'UNKNOWN'],
      degraded: ['FAILED', 'SUBMISSION_FAILED', 'FAILING'],
      suspended: ['SUSPENDING', 'SUSPENDED'],
      why: [['status', 'applicationState', 'errorMessage']],
    }),
  ),
  ...kinds('flink.apache.org', ['FlinkDeployment', 'FlinkSessionJob'], {
    counts: `${flink.counts}; without it \`status.jobManagerDeploymentStatus\``,
    judge: judgeFlink,
  }),
  ...kinds(
    'ray.io',
    ['RayCluster'],
    byPhase({
      field: ['status', 'state'],
      healthy: ['ready'],
      degraded: ['failed', 'unhealthy'],
      suspended: ['suspended'],
      why: [['status', 'reason']],
    }),
  ),
  ...kinds(
    'jobset.x-k8s.io',
    ['JobSet'],
    byConditions({ ready: ['Completed'], broken: ['Failed'], paused: ['Suspended'] }),
  ),
  ...kinds(
    'kueue.x-k8s.io',
    ['ClusterQueue', 'LocalQueue', 'AdmissionCheck'],
    byConditions({ ready: ['Active'], falseIs: 'Progressing' }),
  ),
  ...kinds(
    'leaderworkerset.x-k8s.io',
    ['LeaderWorkerSet'],
    byConditions({ ready: ['Available'], falseIs: 'Progressing' }),
  ),
  ...kinds(
    'kubeflow.org',
    ['PyTorchJob', 'TFJob', 'MPIJob', 'XGBoostJob'],
    byConditions({ ready: ['Succeeded'], broken: ['Failed'], paused: ['Suspended'] }),
  ),
  ...kinds('serving.kserve.io', ['InferenceService'], {
    counts:
      '`Ready` is Healthy, else Progressing; a `transitionStatus` of BlockedByFailedLoad or InvalidSpec is Degraded; `Stopped` is Suspended',
    judge: judgeInference,
  }),
];
