import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { kinds } from '../rule.ts';

/** https://keda.sh/docs/latest/reference/scaledobject-spec/ */
export const keda = [
  ...kinds(
    'keda.sh',
    ['ScaledObject', 'ScaledJob'],
    byConditions({
      ready: ['Ready'],
      paused: ['Paused'],
      broken: ['Fallback'],
      brokenReasons: ['PartialTriggerError', 'TriggerError', 'ScaledObjectCheckFailed'],
    }),
  ),
  ...kinds('keda.sh', ['TriggerAuthentication', 'ClusterTriggerAuthentication'], always),
  ...kinds(
    'http.keda.sh',
    ['HTTPScaledObject'],
    byConditions({ ready: ['Ready'], absentIs: 'Healthy' }),
  ),
];
