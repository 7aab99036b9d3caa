import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { flagAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

/** https://kubernetes.io/docs/concepts/storage/volume-snapshots/ */
function judgeSnapshot(object: JsonObject): Health {
  if (flagAt(object, 'status', 'readyToUse')) return healthy('is ready to use');
  const error = textAt(object, 'status', 'error', 'message');
  return error === '' ? progressing('is not ready to use yet') : degraded(error);
}

export const platform = [
  ...kinds('snapshot.storage.k8s.io', ['VolumeSnapshot', 'VolumeSnapshotContent'], {
    counts: '`status.readyToUse` is Healthy; an error is Degraded',
    judge: judgeSnapshot,
  }),
  ...kinds('snapshot.storage.k8s.io', ['VolumeSnapshotClass'], always),
  ...kinds(
    'autoscaling.k8s.io',
    ['VerticalPodAutoscaler'],
    byConditions({
      ready: ['RecommendationProvided'],
      falseIs: 'Progressing',
      broken: ['ConfigUnsupported', 'ConfigDeprecated'],
    }),
  ),
  ...kinds(
    'flagger.app',
    ['Canary'],
    byPhase({
      healthy: ['Initialized', 'Succeeded'],
      progressing: [
        'Initializing',
        'Waiting',
        'WaitingPromotion',
        'Progressing',
        'Promoting',
        'Finalising',
      ],
      degraded: ['Failed'],
    }),
  ),
  ...kinds(
    'minio.min.io',
    ['Tenant'],
    byPhase({
      field: ['status', 'currentState'],
      healthy: ['Initialized'],
      degraded: [
        'Statefulset not controlled by operator',
        'Another MinIO Tenant already exists in the namespace',
        'Tenant credentials are not set properly',
        'Different versions across MinIO Pools',
        'Pool Decommissioning Not Allowed',
      ],
    }),
  ),
  ...kinds(
    'k8s.keycloak.org',
    ['Keycloak'],
    byConditions({ ready: ['Ready'], falseIs: 'Progressing', broken: ['HasErrors'] }),
  ),
  ...kinds(
    'k8s.keycloak.org',
    ['KeycloakRealmImport'],
    byConditions({ ready: ['Done'], falseIs: 'Progressing', broken: ['HasErrors'] }),
  ),
  ...kinds(
    'nvidia.com',
    ['ClusterPolicy', 'NVIDIADriver'],
    byPhase({
      field: ['status', 'state'],
      healthy: ['ready'],
      progressing: ['notReady'],
      degraded: ['error', 'ignored'],
    }),
  ),
  ...kinds(
    'apps.kruise.io',
    ['BroadcastJob'],
    byPhase({
      healthy: ['completed'],
      progressing: ['running'],
      degraded: ['failed'],
      suspended: ['paused'],
    }),
  ),
  ...kinds('pulumi.com', ['Stack'], byConditions({ ready: ['Ready'], falseIs: 'Progressing' })),
];
