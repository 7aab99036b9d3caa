import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import {
  conditionOf,
  conditionsOf,
  explain,
  findCondition,
  isFalse,
  isTrue,
} from '../condition.ts';
import { at, flagAt, numberAt, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { count, degraded, healthy, progressing } from '../verdict.ts';

/** https://kyverno.io/docs/crds/: older versions have only `status.ready`. */
function judgeKyverno(object: JsonObject): Health {
  const ready =
    conditionOf(object, 'Ready') ??
    findCondition(conditionsOf(object, 'status', 'conditionStatus', 'conditions'), 'Ready');
  if (isTrue(ready)) return healthy('is ready');
  if (ready !== null) return progressing(explain(ready));
  if (flagAt(object, 'status', 'ready') || flagAt(object, 'status', 'conditionStatus', 'ready'))
    return healthy('is ready');
  const message = textAt(object, 'status', 'conditionStatus', 'message');
  return progressing(message || 'its controller has not looked at it yet');
}

/** Each pod of Gatekeeper says for itself what it makes of a template, a constraint or a mutation. */
function judgeGatekeeper(object: JsonObject): Health {
  for (const pod of objectsAt(object, 'status', 'byPod')) {
    const [error] = objectsAt(pod, 'errors');
    if (error !== undefined) {
      const message = textAt(error, 'message') || textAt(error, 'code');
      return degraded(`${textAt(pod, 'id')} cannot use it: ${message}`);
    }
    if (at(pod, 'enforced') === false)
      return progressing(`${textAt(pod, 'id')} does not enforce it yet`);
  }
  if (textAt(object, 'kind') === 'ConstraintTemplate' && !flagAt(object, 'status', 'created'))
    return progressing('the kind of its constraints is not made yet');
  if (objectsAt(object, 'status', 'byPod').length === 0)
    return progressing('no pod of Gatekeeper has looked at it yet');
  const violations = numberAt(object, 'status', 'totalViolations');
  return healthy(
    violations === null
      ? 'is in use'
      : `is enforced; its last audit found ${count(violations, 'violation')}`,
  );
}

const kyverno: Rule = {
  counts: '`Ready` (or `status.ready`) is Healthy, else Progressing',
  judge: judgeKyverno,
};

const gatekeeper: Rule = {
  counts: 'in use by all pods of Gatekeeper is Healthy; an error in `status.byPod` is Degraded',
  judge: judgeGatekeeper,
};

/** A policy that denies nothing yet is no fault, so conditions that are False tell only of a spec that is refused. */
function judgeValid(object: JsonObject): Health {
  const valid = conditionOf(object, 'Valid');
  return isFalse(valid) ? degraded(explain(valid)) : healthy('is there');
}

export const ciliumPolicy: Rule = {
  counts: 'Healthy; `Valid` False is Degraded',
  judge: judgeValid,
};

export const policy = [
  ...kinds('kyverno.io', ['ClusterPolicy', 'Policy'], kyverno),
  ...kinds(
    'policies.kyverno.io',
    [
      'ValidatingPolicy',
      'MutatingPolicy',
      'GeneratingPolicy',
      'DeletingPolicy',
      'ImageValidatingPolicy',
      'NamespacedValidatingPolicy',
    ],
    kyverno,
  ),
  ...kinds(
    'kyverno.io',
    ['PolicyException', 'CleanupPolicy', 'ClusterCleanupPolicy', 'GlobalContextEntry'],
    always,
  ),
  ...kinds('templates.gatekeeper.sh', ['ConstraintTemplate'], gatekeeper),
  ...kinds('constraints.gatekeeper.sh', ['*'], gatekeeper),
  ...kinds(
    'mutations.gatekeeper.sh',
    ['Assign', 'AssignMetadata', 'ModifySet', 'AssignImage'],
    gatekeeper,
  ),
  ...kinds('config.gatekeeper.sh', ['Config'], always),
];
