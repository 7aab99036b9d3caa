import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isFalse } from '../condition.ts';
import { at, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

/** Istio writes into the status what its analysis finds, where it is set up to do so. */
function judge(object: JsonObject): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const error = objectsAt(object, 'status', 'validationMessages').find((one) =>
    ['ERROR', 'Error'].includes(textAt(one, 'level')),
  );
  if (error !== undefined) {
    const code = textAt(error, 'type', 'code');
    const parts =
      at(error, 'documentationUrl') === undefined ? '' : ` (${textAt(error, 'documentationUrl')})`;
    return degraded(`its analysis found ${code || 'an error'}${parts}`);
  }
  const reconciled = conditionOf(object, 'Reconciled');
  return isFalse(reconciled) ? progressing(explain(reconciled)) : healthy('is there');
}

const rule: Rule = {
  counts:
    'Healthy; an error in `status.validationMessages` is Degraded; `Reconciled` False (not with all proxies yet) is Progressing',
  judge,
};

/** https://istio.io/latest/docs/reference/config/config-status/ */
export const istio = [
  ...kinds(
    'networking.istio.io',
    [
      'VirtualService',
      'DestinationRule',
      'Gateway',
      'ServiceEntry',
      'Sidecar',
      'WorkloadEntry',
      'WorkloadGroup',
      'EnvoyFilter',
      'ProxyConfig',
    ],
    rule,
  ),
  ...kinds(
    'security.istio.io',
    ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'],
    rule,
  ),
  ...kinds('telemetry.istio.io', ['Telemetry'], rule),
  ...kinds('extensions.istio.io', ['WasmPlugin'], rule),
  ...kinds(
    'install.istio.io',
    ['IstioOperator'],
    byPhase({
      field: ['status', 'status'],
      healthy: ['HEALTHY', '3'],
      progressing: ['UPDATING', 'RECONCILING', '1', '2'],
      degraded: ['ERROR', 'ACTION_REQUIRED', '4', '5'],
    }),
  ),
  ...kinds(
    'sailoperator.io',
    ['Istio', 'IstioRevision', 'IstioCNI', 'ZTunnel'],
    byConditions({
      ready: ['Reconciled', 'Ready'],
      exceptReasons: ['IstiodNotReady', 'DaemonSetNotReady', 'RevisionTagNotFound'],
    }),
  ),
];
