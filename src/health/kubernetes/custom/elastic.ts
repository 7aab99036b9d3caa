import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { annotationOf, countAt, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { count, degraded, healthy, progressing, suspended } from '../verdict.ts';

/** Colour and phase. https://www.elastic.co/docs/reference/cloud-on-k8s/api-docs */
function judge(object: JsonObject): Health {
  if (annotationOf(object, 'eck.k8s.elastic.co/managed') === 'false')
    return suspended('is suspended by eck.k8s.elastic.co/managed');
  const early = unobserved(object);
  if (early !== null) return early;
  const phase = textAt(object, 'status', 'phase');
  const colour = textAt(object, 'status', 'health');
  const nodes = `${count(countAt(object, 'status', 'availableNodes'), 'node')} available`;
  if (phase === 'Invalid' || phase === 'Stalled') return degraded(`its phase is ${phase}`);
  if (colour === 'red') return degraded(`its health is red, ${nodes}`);
  if (phase !== '' && phase !== 'Ready') return progressing(`its phase is ${phase}, ${nodes}`);
  const wanted = objectsAt(object, 'spec', 'nodeSets').reduce(
    (sum, set) => sum + countAt(set, 'count'),
    0,
  );
  if (countAt(object, 'status', 'availableNodes') < wanted)
    return progressing(`${nodes} of ${wanted} wanted`);
  if (colour === 'green') return healthy(`its health is green, ${nodes}`);
  if (colour === 'yellow') return progressing(`its health is yellow, ${nodes}`);
  return progressing('its operator has not looked at it yet');
}

const rule: Rule = {
  counts:
    'green (and phase `Ready`, where there is one) is Healthy; yellow is Progressing; red, `Invalid` or `Stalled` is Degraded',
  judge,
};

export const elastic = [
  ...kinds('elasticsearch.k8s.elastic.co', ['Elasticsearch'], rule),
  ...kinds('kibana.k8s.elastic.co', ['Kibana'], rule),
  ...kinds('apm.k8s.elastic.co', ['ApmServer'], rule),
  ...kinds('beat.k8s.elastic.co', ['Beat'], rule),
  ...kinds('agent.k8s.elastic.co', ['Agent'], rule),
  ...kinds('logstash.k8s.elastic.co', ['Logstash'], rule),
  ...kinds('maps.k8s.elastic.co', ['ElasticMapsServer'], rule),
  ...kinds('enterprisesearch.k8s.elastic.co', ['EnterpriseSearch'], rule),
];
