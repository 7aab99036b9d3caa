import type { JsonObject } from '../../../model/json.ts';
import type { Health, HealthStatus } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { annotationOf, at, countAt, flagAt, numberAt, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { allAre, count, degraded, healthy, progressing, suspended, verdict } from '../verdict.ts';

const healthWords: readonly string[] = [
  'Healthy',
  'Progressing',
  'Degraded',
  'Suspended',
  'Missing',
];

function judgeApplication(object: JsonObject): Health {
  const phase = textAt(object, 'status', 'operationState', 'phase');
  const said = textAt(object, 'status', 'operationState', 'message');
  if (phase === 'Running' || phase === 'Terminating')
    return progressing(`its sync is ${phase.toLowerCase()}${said && `: ${said}`}`);
  const error = objectsAt(object, 'status', 'conditions').find((one) =>
    textAt(one, 'type').endsWith('Error'),
  );
  const word = textAt(object, 'status', 'health', 'status');
  if (word === '') {
    return error === undefined
      ? progressing('its controller has not looked at it yet')
      : degraded(`${textAt(error, 'type')}: ${textAt(error, 'message')}`);
  }
  if (phase === 'Failed' || phase === 'Error')
    return degraded(`its last sync ended as ${phase}${said && `: ${said}`}`);
  const message = textAt(object, 'status', 'health', 'message');
  const status = healthWords.includes(word) ? (word as HealthStatus) : 'Unknown';
  const sync = textAt(object, 'status', 'sync', 'status');
  const seen = `its resources are ${word}${sync && ` and ${sync}`}`;
  return verdict(status, message === '' ? seen : `${seen}: ${message}`);
}

function judgeApplicationSet(object: JsonObject): Health {
  const error = conditionOf(object, 'ErrorOccurred');
  if (isTrue(error)) return degraded(explain(error));
  const current = conditionOf(object, 'ResourcesUpToDate');
  if (isFalse(current)) return degraded(explain(current));
  const rollout = conditionOf(object, 'RolloutProgressing');
  if (isTrue(rollout)) return progressing(explain(rollout));
  return isTrue(current)
    ? healthy(current.message || 'its applications are up to date')
    : progressing('its controller has not looked at it yet');
}

/** https://argoproj.github.io/argo-rollouts/features/specification/ */
function judgeRollout(object: JsonObject): Health {
  const early = unobserved(object) ?? unobservedWorkload(object);
  if (early !== null) return early;
  const message = textAt(object, 'status', 'message');
  switch (textAt(object, 'status', 'phase')) {
    case 'Healthy':
      return healthy(allAre(countAt(object, 'status', 'availableReplicas'), 'pod', 'ready'));
    case 'Degraded':
      return degraded(message || 'its rollout failed');
    case 'Paused':
      return suspended(`is paused${message && `: ${message}`}`);
    case 'Progressing':
      return progressing(message || steps(object));
    default:
      return judgeOldRollout(object);
  }
}

function steps(object: JsonObject): string {
  const all = objectsAt(object, 'spec', 'strategy', 'canary', 'steps').length;
  const now = numberAt(object, 'status', 'currentStepIndex');
  return all === 0 || now === null ? 'its rollout goes on' : `is at step ${now} of ${all}`;
}

/** Before version 1.0 there was no phase. */
function judgeOldRollout(object: JsonObject): Health {
  const invalid = conditionOf(object, 'InvalidSpec');
  if (isTrue(invalid)) return degraded(explain(invalid));
  const going = conditionOf(object, 'Progressing');
  if (going?.reason === 'RolloutAborted' || going?.reason === 'ProgressDeadlineExceeded')
    return degraded(explain(going));
  if (objectsAt(object, 'status', 'pauseConditions').length > 0 || flagAt(object, 'spec', 'paused'))
    return suspended('is paused');
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const updated = countAt(object, 'status', 'updatedReplicas');
  const available = countAt(object, 'status', 'availableReplicas');
  const hash = textAt(object, 'status', 'currentPodHash');
  const stable =
    textAt(object, 'status', 'stableRS') || textAt(object, 'status', 'canary', 'stableRS');
  if (hash === '') return progressing('its controller has not looked at it yet');
  if (updated < wanted || available < updated)
    return progressing(
      `${Math.min(updated, available)} of ${count(wanted, 'pod')} updated and ready`,
    );
  return stable === hash ? healthy(allAre(wanted, 'pod', 'ready')) : progressing(steps(object));
}

/** A Rollout that takes its pods from a Deployment follows that one's generation, too. */
function unobservedWorkload(object: JsonObject): Health | null {
  const wanted = annotationOf(object, 'rollout.argoproj.io/workload-generation');
  const seen =
    numberAt(object, 'status', 'workloadObservedGeneration') ??
    textAt(object, 'status', 'workloadObservedGeneration');
  const follows = at(object, 'spec', 'workloadRef') !== undefined && wanted !== '';
  if (!follows || String(seen) === wanted) return null;
  return progressing('its controller has not seen the newest version of the workload it refers to');
}

const analysis = byPhase({
  healthy: ['Successful'],
  progressing: ['Pending', 'Running'],
  degraded: ['Failed', 'Error'],
  suspended: ['Inconclusive'],
});

const workflow = byPhase({
  healthy: ['Succeeded'],
  progressing: ['Pending', 'Running'],
  degraded: ['Failed', 'Error'],
  pausedBy: [['spec', 'suspend']],
});

export const argo = [
  ...kinds('argoproj.io', ['Application'], {
    counts:
      '`status.health.status` as Argo CD has it; a sync that runs is Progressing, one that failed Degraded',
    judge: judgeApplication,
  }),
  ...kinds('argoproj.io', ['ApplicationSet'], {
    counts:
      '`ResourcesUpToDate` is Healthy, False is Degraded; `ErrorOccurred` is Degraded; `RolloutProgressing` is Progressing',
    judge: judgeApplicationSet,
  }),
  ...kinds('argoproj.io', ['Rollout'], {
    counts: '`status.phase`; `Paused` is Suspended; without a phase its replicas and conditions',
    judge: judgeRollout,
  }),
  ...kinds('argoproj.io', ['AnalysisRun', 'Experiment'], analysis),
  ...kinds('argoproj.io', ['Workflow'], workflow),
  ...kinds(
    'argoproj.io',
    ['CronWorkflow'],
    byConditions({
      ready: [],
      broken: ['SpecError', 'SubmissionError'],
      pausedBy: [['spec', 'suspend']],
    }),
  ),
  ...kinds(
    'argoproj.io',
    ['EventBus', 'EventSource', 'Sensor'],
    byConditions({
      ready: ['Deployed'],
      readyIfThere: ['Configured', 'SourcesProvided', 'DependenciesProvided', 'TriggersProvided'],
    }),
  ),
  ...kinds(
    'argoproj.io',
    [
      'AppProject',
      'AnalysisTemplate',
      'ClusterAnalysisTemplate',
      'WorkflowTemplate',
      'ClusterWorkflowTemplate',
    ],
    always,
  ),
];
