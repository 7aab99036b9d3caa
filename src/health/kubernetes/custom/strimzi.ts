import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { annotationOf, countAt } from '../object.ts';
import { byConditions } from '../by-conditions.ts';
import { conditionOf, explain, isTrue } from '../condition.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { allAre, areOrIs, count, degraded, healthy, progressing, suspended } from '../verdict.ts';

/** https://strimzi.io/docs/operators/latest/configuring: NotReady is a condition of its own, not Ready False. */
function judge(object: JsonObject): Health {
  if (annotationOf(object, 'strimzi.io/pause-reconciliation') === 'true')
    return suspended('is suspended by strimzi.io/pause-reconciliation');
  const early = unobserved(object);
  if (early !== null) return early;
  const paused = conditionOf(object, 'ReconciliationPaused');
  if (isTrue(paused)) return suspended(explain(paused));
  const broken = conditionOf(object, 'NotReady');
  if (isTrue(broken))
    return broken.reason === 'Creating' ? progressing(explain(broken)) : degraded(explain(broken));
  const ready = conditionOf(object, 'Ready');
  if (isTrue(ready)) return healthy('is ready');
  return progressing(ready === null ? 'its operator has not looked at it yet' : explain(ready));
}

function judgePods(object: JsonObject): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const wanted = countAt(object, 'status', 'pods');
  const ready = countAt(object, 'status', 'readyPods');
  const current = countAt(object, 'status', 'currentPods');
  if (ready < wanted) {
    const missing = wanted - ready;
    return progressing(`${missing} of ${count(wanted, 'pod')} ${areOrIs(missing)} not ready`);
  }
  return current < wanted
    ? progressing(`${current} of ${count(wanted, 'pod')} ${areOrIs(current)} updated`)
    : healthy(allAre(wanted, 'pod', 'ready'));
}

const rule: Rule = {
  counts:
    '`Ready` is Healthy; `NotReady` is Degraded (Progressing with `Creating`); paused by condition or annotation is Suspended',
  judge,
};

export const strimzi = [
  ...kinds(
    'kafka.strimzi.io',
    [
      'Kafka',
      'KafkaTopic',
      'KafkaUser',
      'KafkaConnect',
      'KafkaConnector',
      'KafkaBridge',
      'KafkaMirrorMaker2',
    ],
    rule,
  ),
  ...kinds('core.strimzi.io', ['StrimziPodSet'], {
    counts: 'all pods ready and current is Healthy',
    judge: judgePods,
  }),
  ...kinds(
    'kafka.strimzi.io',
    ['KafkaRebalance'],
    byConditions({
      ready: ['Ready'],
      absentIs: 'Progressing',
      broken: ['NotReady'],
      paused: ['ReconciliationPaused', 'ProposalReady', 'Stopped'],
    }),
  ),
];
