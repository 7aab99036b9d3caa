import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import {
  conditionOf,
  conditionsOf,
  explain,
  findCondition,
  isFalse,
  isTrue,
} from '../condition.ts';
import { flagAt, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

/** `Available` may also have the status Degraded. https://prometheus-operator.dev/docs/api-reference/api/ */
function judge(object: JsonObject): Health {
  if (flagAt(object, 'spec', 'paused')) return suspended('is paused by spec.paused');
  const early = unobserved(object);
  if (early !== null) return early;
  const reconciled = conditionOf(object, 'Reconciled');
  if (isFalse(reconciled)) return degraded(explain(reconciled));
  const available = conditionOf(object, 'Available');
  if (available === null) return progressing('its operator has not looked at it yet');
  if (isTrue(available)) return healthy('all its replicas are available');
  return available.status === 'Unknown' || available.reason === 'SomePodsNotReady'
    ? progressing(explain(available))
    : degraded(explain(available));
}

/** Newer operators say by whom a monitor or a rule is taken in. */
function judgeBinding(object: JsonObject): Health {
  for (const binding of objectsAt(object, 'status', 'bindings')) {
    const accepted = findCondition(conditionsOf(binding, 'conditions'), 'Accepted');
    if (isFalse(accepted))
      return degraded(
        `is not accepted by ${textAt(binding, 'resource')} ${textAt(binding, 'name')}: ${explain(accepted)}`,
      );
  }
  return healthy('is there');
}

const rule: Rule = {
  counts:
    '`Available` is Healthy, anything else Degraded (Progressing with `SomePodsNotReady`); `Reconciled` False is Degraded; `spec.paused` is Suspended',
  judge,
};

const bindings: Rule = {
  counts: 'Healthy; `Accepted` False in `status.bindings` is Degraded',
  judge: judgeBinding,
};

export const prometheus = [
  ...kinds(
    'monitoring.coreos.com',
    ['Prometheus', 'PrometheusAgent', 'Alertmanager', 'ThanosRuler'],
    rule,
  ),
  ...kinds(
    'monitoring.coreos.com',
    [
      'ServiceMonitor',
      'PodMonitor',
      'Probe',
      'ScrapeConfig',
      'PrometheusRule',
      'AlertmanagerConfig',
    ],
    bindings,
  ),
];
