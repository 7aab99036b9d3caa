import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionsOf, explain, isTrue } from '../condition.ts';
import { flagAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

function judgeGrafana(object: JsonObject): Health {
  const stage = textAt(object, 'status', 'stage');
  const result = textAt(object, 'status', 'stageStatus');
  const said = textAt(object, 'status', 'lastMessage');
  if (result === 'failed') return degraded(`failed at stage ${stage}${said && `: ${said}`}`);
  return stage === 'complete' && result === 'success'
    ? healthy('all its stages are complete')
    : progressing(stage === '' ? 'its operator has not looked at it yet' : `is at stage ${stage}`);
}

/** Dashboards and the like; older operators have a hash and no conditions. */
function judgePart(object: JsonObject): Health {
  if (flagAt(object, 'spec', 'suspend')) return suspended('is suspended by spec.suspend');
  if (flagAt(object, 'status', 'NoMatchingInstances')) return degraded('no Grafana matches it');
  const conditions = conditionsOf(object, 'status', 'conditions');
  const broken = conditions.find((one) => isTrue(one) && /^(?:NoMatching|Invalid)/.test(one.type));
  if (broken !== undefined) return degraded(explain(broken));
  const synchronized = conditions.find(({ type }) => type.endsWith('Synchronized'));
  if (synchronized !== undefined) {
    return isTrue(synchronized)
      ? healthy(synchronized.message || 'is synchronized')
      : degraded(explain(synchronized));
  }
  return textAt(object, 'status', 'hash') === ''
    ? progressing('its operator has not looked at it yet')
    : healthy('is synchronized');
}

/** A collector says how many of its pods run, as "2/3". */
function judgeCollector(object: JsonObject): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const pods = textAt(object, 'status', 'scale', 'statusReplicas');
  const [ready, wanted] = pods.split('/').map(Number);
  if (pods === '' || ready === undefined || wanted === undefined) return healthy('is there');
  return ready < wanted ? progressing(`${pods} pods are ready`) : healthy(`${pods} pods are ready`);
}

const victoria = byPhase({
  field: ['status', 'updateStatus'],
  healthy: ['operational'],
  progressing: ['expanding'],
  degraded: ['failed'],
  suspended: ['paused'],
  why: [['status', 'reason']],
});

export const observability = [
  ...kinds('operator.victoriametrics.com', ['*'], victoria),
  ...kinds('grafana.integreatly.org', ['Grafana'], {
    counts: 'stage `complete` with success is Healthy; a failed stage is Degraded',
    judge: judgeGrafana,
  }),
  ...kinds(
    'grafana.integreatly.org',
    ['GrafanaDashboard', 'GrafanaDatasource', 'GrafanaFolder', 'GrafanaAlertRuleGroup'],
    {
      counts:
        'a `…Synchronized` condition True is Healthy, False is Degraded; no matching Grafana is Degraded; `spec.suspend` is Suspended',
      judge: judgePart,
    },
  ),
  ...kinds('opentelemetry.io', ['OpenTelemetryCollector'], {
    counts: 'as many pods ready as wanted is Healthy',
    judge: judgeCollector,
  }),
  ...kinds('jaegertracing.io', ['Jaeger'], byPhase({ healthy: ['Running'], degraded: ['Failed'] })),
  ...kinds(
    'loki.grafana.com',
    ['LokiStack'],
    byConditions({
      ready: ['Ready'],
      falseIs: 'Progressing',
      broken: ['Failed', 'Degraded'],
      busy: ['Pending'],
    }),
  ),
];
