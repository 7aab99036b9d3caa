import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import {
  conditionOf,
  conditionsOf,
  explain,
  findCondition,
  isFalse,
  isTrue,
} from '../condition.ts';
import { flagAt, numberAt, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

function judgeRoute(object: JsonObject): Health {
  const routers = objectsAt(object, 'status', 'ingress');
  if (routers.length === 0) return progressing('no router has admitted it yet');
  for (const router of routers) {
    const admitted = findCondition(conditionsOf(router, 'conditions'), 'Admitted');
    const name = textAt(router, 'routerName');
    if (isFalse(admitted)) return degraded(`router ${name} refuses it: ${explain(admitted)}`);
    if (!isTrue(admitted)) return progressing(`router ${name} has not admitted it yet`);
  }
  return healthy(`is served at ${textAt(routers[0], 'host')}`);
}

/** https://olm.operatorframework.io/docs/concepts/crds/subscription/ */
function judgeSubscription(object: JsonObject): Health {
  for (const type of ['ResolutionFailed', 'InstallPlanFailed', 'CatalogSourcesUnhealthy']) {
    const trouble = conditionOf(object, type);
    if (isTrue(trouble)) return degraded(explain(trouble));
  }
  const state = textAt(object, 'status', 'state');
  const installed = textAt(object, 'status', 'installedCSV');
  switch (state) {
    case 'AtLatestKnown':
      return healthy(`${installed} is installed`);
    case 'UpgradeFailed':
      return degraded('its upgrade failed');
    case 'UpgradePending':
      if (textAt(object, 'spec', 'installPlanApproval') === 'Manual') {
        return installed === ''
          ? suspended('its install plan waits for approval')
          : healthy(`${installed} is installed; an upgrade waits for approval`);
      }
      return progressing('is being upgraded');
    default:
      return progressing(state === '' ? 'has no status yet' : `is at ${state}`);
  }
}

function judgeDeploymentConfig(object: JsonObject): Health {
  if (flagAt(object, 'spec', 'paused')) return suspended('is paused by spec.paused');
  const early = unobserved(object);
  if (early !== null) return early;
  const going = conditionOf(object, 'Progressing');
  if (isFalse(going)) return degraded(explain(going));
  const available = conditionOf(object, 'Available');
  const isOver = isTrue(going) && going.reason === 'NewReplicationControllerAvailable';
  const none = numberAt(object, 'spec', 'replicas') === 0;
  if (isOver && (none || isTrue(available))) return healthy(going.message || 'its rollout is over');
  if (going === null && isTrue(available)) return healthy(explain(available));
  const waits = going ?? available;
  return progressing(waits === null ? 'its controller has not looked at it yet' : explain(waits));
}

export const openshift = [
  ...kinds('route.openshift.io', ['Route'], {
    counts: '`Admitted` by every router is Healthy; False is Degraded',
    judge: judgeRoute,
  }),
  ...kinds('apps.openshift.io', ['DeploymentConfig'], {
    counts:
      '`Available` with a rollout that is over is Healthy; `Progressing` False is Degraded; `spec.paused` is Suspended',
    judge: judgeDeploymentConfig,
  }),
  ...kinds(
    'config.openshift.io',
    ['ClusterOperator', 'ClusterVersion'],
    byConditions({
      ready: ['Available'],
      broken: ['Degraded', 'Failing'],
      busy: ['Progressing'],
    }),
  ),
  ...kinds(
    'operator.openshift.io',
    ['IngressController'],
    byConditions({
      ready: ['Available'],
      broken: ['Degraded'],
      busy: ['Progressing'],
      falseIs: 'Progressing',
    }),
  ),
  ...kinds(
    'machineconfiguration.openshift.io',
    ['MachineConfigPool'],
    byConditions({
      ready: ['Updated'],
      falseIs: 'Progressing',
      broken: ['Degraded', 'NodeDegraded', 'RenderDegraded'],
      busy: ['Updating'],
      pausedBy: [['spec', 'paused']],
    }),
  ),
  ...kinds('operators.coreos.com', ['Subscription'], {
    counts:
      '`AtLatestKnown` is Healthy, also an upgrade that waits for approval; `UpgradeFailed` and failed conditions are Degraded',
    judge: judgeSubscription,
  }),
  ...kinds(
    'operators.coreos.com',
    ['ClusterServiceVersion'],
    byPhase({
      healthy: ['Succeeded'],
      progressing: ['Pending', 'InstallReady', 'Installing', 'Replacing', 'Deleting'],
      degraded: ['Failed', 'Unknown'],
    }),
  ),
  ...kinds(
    'operators.coreos.com',
    ['InstallPlan'],
    byPhase({
      healthy: ['Complete'],
      progressing: ['Planning', 'Installing'],
      degraded: ['Failed'],
      suspended: ['RequiresApproval'],
    }),
  ),
];
