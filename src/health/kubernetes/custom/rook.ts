import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { byPhase } from '../by-phase.ts';
import { membersAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

/** https://rook.io/docs/rook/latest/CRDs/Cluster/ceph-cluster-crd/#status */
function judgeCluster(object: JsonObject): Health {
  const state = textAt(object, 'status', 'state') || textAt(object, 'status', 'phase');
  const message = textAt(object, 'status', 'message');
  if (state === 'Error' || state === 'Failure') return degraded(message || `is in ${state}`);
  const ceph = textAt(object, 'status', 'ceph', 'health');
  const details = membersAt(object, 'status', 'ceph', 'details')
    .map(([code, detail]) => `${code}: ${textAt(detail, 'message')}`)
    .toSorted()
    .join('; ');
  if (ceph === 'HEALTH_ERR' || ceph === 'HEALTH_WARN')
    return degraded(`Ceph says ${ceph}${details && ` (${details})`}`);
  const done = ['Created', 'Connected', 'Ready'].includes(state);
  if (ceph === 'HEALTH_OK' && done) return healthy('Ceph says HEALTH_OK');
  return progressing(
    message || (state === '' ? 'its operator has not looked at it yet' : `is ${state}`),
  );
}

const phase = byPhase({
  healthy: ['Ready', 'Connected', 'Created'],
  progressing: ['Progressing', 'Reconciling', 'Connecting', 'Deleting'],
  degraded: ['Failure', 'Failed', 'ReconcileFailed', 'Error'],
});

export const rook = [
  ...kinds('ceph.rook.io', ['CephCluster'], {
    counts:
      '`HEALTH_OK` and a state of Created, Connected or Ready is Healthy; `HEALTH_WARN`, `HEALTH_ERR` or Error is Degraded',
    judge: judgeCluster,
  }),
  ...kinds(
    'ceph.rook.io',
    [
      'CephBlockPool',
      'CephBlockPoolRadosNamespace',
      'CephClient',
      'CephFilesystem',
      'CephFilesystemMirror',
      'CephFilesystemSubVolumeGroup',
      'CephNFS',
      'CephObjectRealm',
      'CephObjectStore',
      'CephObjectStoreUser',
      'CephObjectZone',
      'CephObjectZoneGroup',
      'CephRBDMirror',
    ],
    phase,
  ),
  ...kinds(
    'objectbucket.io',
    ['ObjectBucketClaim', 'ObjectBucket'],
    byPhase({
      healthy: ['Bound', 'bound'],
      progressing: ['Pending', 'pending'],
      degraded: ['Failed', 'failed'],
    }),
  ),
];
