import type { Json, JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionsOf, explain, findCondition, isFalse } from '../condition.ts';
import type { Condition } from '../condition.ts';
import { annotationOf } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

function judgeAutoscaler(object: JsonObject): Health {
  const conditions = autoscalerConditions(object);
  if (conditions.length === 0) return progressing('its controller has not looked at it yet');
  const able = findCondition(conditions, 'AbleToScale');
  if (isFalse(able) && able.reason.startsWith('Failed')) return degraded(explain(able));
  const active = findCondition(conditions, 'ScalingActive');
  if (isFalse(active) && active.reason === 'ScalingDisabled')
    return healthy('does not scale, because its target is scaled to 0');
  if (isFalse(active))
    return lacksMetrics(active) ? progressing(explain(active)) : degraded(explain(active));
  if (able === null) return progressing('its controller has not looked at its target yet');
  const limited = findCondition(conditions, 'ScalingLimited');
  return healthy(limited?.status === 'True' ? explain(limited) : 'scales its target');
}

/**
 * No metrics of its pods, or from elsewhere: so it is for half a minute and more whenever all of its pods are new, after a first
 * deployment as after a rollout of a single pod. It scales as soon as there are some.
 */
function lacksMetrics({ reason }: Condition): boolean {
  return /^FailedGet\w*Metric$/.test(reason);
}

/** `autoscaling/v1` has no conditions in its status; the server keeps them in an annotation. */
function autoscalerConditions(object: JsonObject): readonly Condition[] {
  const conditions = conditionsOf(object, 'status', 'conditions');
  const text = annotationOf(object, 'autoscaling.alpha.kubernetes.io/conditions');
  if (conditions.length > 0 || text === '') return conditions;
  try {
    return conditionsOf({ conditions: JSON.parse(text) as Json }, 'conditions');
  } catch {
    return [];
  }
}

/** Too few pods are no fault of the budget: the workload itself says so. */
function judgeBudget(object: JsonObject): Health {
  const allowed = findCondition(conditionsOf(object, 'status', 'conditions'), 'DisruptionAllowed');
  if (allowed === null) return progressing('its controller has not looked at it yet');
  if (!isFalse(allowed)) return healthy('lets pods be moved');
  if (allowed.reason !== 'InsufficientPods') return degraded(explain(allowed));
  return healthy('lets no pod be moved now');
}

/**
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/#appendix-horizontal-pod-autoscaler-status-conditions
 */
export const scaling = [
  ...kinds('autoscaling', ['HorizontalPodAutoscaler'], {
    counts:
      '`AbleToScale` with a failure, or `ScalingActive` False, is Degraded, but Progressing while there are no metrics (yet); a target that is scaled to 0 is Healthy; without conditions Progressing',
    judge: judgeAutoscaler,
  }),
  ...kinds('policy', ['PodDisruptionBudget'], {
    counts:
      '`DisruptionAllowed` is Healthy, also False for want of pods; False for another reason is Degraded',
    judge: judgeBudget,
  }),
];
