import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isFalse } from '../condition.ts';
import { countAt, flagAt, numberAt, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { areOrIs, count, degraded, healthy, progressing, suspended } from '../verdict.ts';

/** PGO: the instance sets tell. https://access.crunchydata.com/documentation/postgres-operator/latest/references/crd */
function judgeCrunchy(object: JsonObject): Health {
  if (flagAt(object, 'spec', 'shutdown')) return suspended('is shut down by spec.shutdown');
  if (flagAt(object, 'spec', 'paused')) return suspended('is paused by spec.paused');
  const early = unobserved(object);
  if (early !== null) return early;
  for (const type of ['PersistentVolumeResizeError', 'PGBackRestReplicaRepoReady']) {
    const condition = conditionOf(object, type);
    const broken = type === 'PersistentVolumeResizeError' ? condition?.status === 'True' : false;
    if (condition !== null && broken) return degraded(explain(condition));
  }
  const sets = objectsAt(object, 'status', 'instances');
  if (sets.length === 0) return progressing('its operator has not looked at it yet');
  for (const set of sets) {
    const wanted = countAt(set, 'replicas');
    const missing =
      wanted - Math.min(countAt(set, 'readyReplicas'), countAt(set, 'updatedReplicas'));
    if (missing > 0)
      return progressing(
        `${missing} of ${count(wanted, 'instance')} of ${textAt(set, 'name')} ${areOrIs(missing)} not ready`,
      );
  }
  const proxy = conditionOf(object, 'ProxyAvailable');
  return isFalse(proxy) ? progressing(explain(proxy)) : healthy('all instances are ready');
}

/** The operator of Zalando: one word. Source: `pkg/apis/acid.zalan.do/v1/const.go`. */
function judgeZalando(object: JsonObject): Health {
  const word = textAt(object, 'status', 'PostgresClusterStatus');
  if (word === '') return progressing('its operator has not looked at it yet');
  if (word === 'Running') {
    const wanted = numberAt(object, 'spec', 'numberOfInstances');
    return healthy(wanted === 0 ? 'is scaled to 0' : 'is running');
  }
  return word === 'Creating' || word === 'Updating'
    ? progressing(`is ${word}`)
    : degraded(`its status is ${word}`);
}

const percona = byPhase({
  field: ['status', 'state'],
  healthy: ['ready'],
  progressing: ['initializing', 'init', 'stopping'],
  degraded: ['error', 'unknown'],
  suspended: ['paused'],
});

export const databases = [
  ...kinds('acid.zalan.do', ['postgresql'], {
    counts: '`Running` is Healthy; `Creating` and `Updating` Progressing; any other Degraded',
    judge: judgeZalando,
  }),
  ...kinds('postgres-operator.crunchydata.com', ['PostgresCluster'], {
    counts: 'all instances ready and updated is Healthy; shut down or paused is Suspended',
    judge: judgeCrunchy,
  }),
  ...kinds('psmdb.percona.com', ['PerconaServerMongoDB'], percona),
  ...kinds('pxc.percona.com', ['PerconaXtraDBCluster'], percona),
  ...kinds('pgv2.percona.com', ['PerconaPGCluster'], percona),
  ...kinds('ps.percona.com', ['PerconaServerMySQL'], percona),
  ...kinds(
    'mongodbcommunity.mongodb.com',
    ['MongoDBCommunity'],
    byPhase({ healthy: ['Running'], progressing: ['Pending'], degraded: ['Failed'] }),
  ),
  ...kinds(
    'mongodb.com',
    ['MongoDB', 'MongoDBMultiCluster', 'MongoDBOpsManager', 'MongoDBUser'],
    byPhase({
      healthy: ['Running', 'Updated'],
      progressing: ['Pending', 'Reconciling'],
      degraded: ['Failed', 'Unsupported'],
      suspended: ['Disabled'],
    }),
  ),
  ...kinds(
    'atlas.mongodb.com',
    ['AtlasProject', 'AtlasDeployment', 'AtlasDatabaseUser', 'AtlasBackupPolicy'],
    byConditions({ ready: ['Ready'], falseIs: 'Progressing' }),
  ),
  ...kinds(
    'k8s.mariadb.com',
    ['MariaDB', 'MaxScale', 'Database', 'User', 'Grant', 'Connection'],
    byConditions({
      ready: ['Ready'],
      falseIs: 'Progressing',
      exceptReasons: ['Failed'],
      pausedBy: [['spec', 'suspend']],
    }),
  ),
  ...kinds(
    'mysql.oracle.com',
    ['InnoDBCluster'],
    byPhase({
      field: ['status', 'cluster', 'status'],
      healthy: ['ONLINE'],
      progressing: ['PENDING', 'INITIALIZING', 'ONLINE_PARTIAL', 'ONLINE_UNCERTAIN', 'FINALIZING'],
      degraded: ['OFFLINE', 'OFFLINE_UNCERTAIN', 'NO_QUORUM', 'SPLIT_BRAIN', 'INVALID', 'UNKNOWN'],
    }),
  ),
  ...kinds(
    'clickhouse.altinity.com',
    ['ClickHouseInstallation'],
    byPhase({
      field: ['status', 'status'],
      healthy: ['Completed'],
      progressing: ['InProgress', 'Terminating'],
      degraded: ['Aborted', 'Failed'],
      why: [['status', 'error']],
    }),
  ),
  ...kinds('dragonflydb.io', ['Dragonfly'], byPhase({ healthy: ['ready', 'Ready'] })),
  ...kinds(
    'app.redislabs.com',
    ['RedisEnterpriseCluster', 'RedisEnterpriseDatabase'],
    byPhase({
      field: ['status', 'state'],
      healthy: ['Running'],
      degraded: ['Error', 'InvalidConfig', 'Invalid', 'RecoveryReset'],
      why: [['status', 'specStatus']],
    }),
  ),
];
