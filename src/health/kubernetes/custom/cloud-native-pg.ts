import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { annotationOf, at, countAt, numberAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { allAre, areOrIs, count, degraded, healthy, progressing, suspended } from '../verdict.ts';

/** Phases in which a person is needed. Source: `api/v1/cluster_types.go` of CloudNativePG. */
const stuck = [
  'Cluster is unrecoverable and needs manual intervention',
  'Unable to create required cluster objects',
  'Cluster cannot proceed to reconciliation due to an unknown plugin being required',
  'Cluster has incomplete or invalid image catalog',
  'Cluster cannot execute instance online upgrade due to missing architecture binary',
  'Waiting for user action',
  'Not enough disk space',
  'Invalid cluster definition',
];

function judgeCluster(object: JsonObject): Health {
  if (annotationOf(object, 'cnpg.io/reconciliationLoop') === 'disabled')
    return suspended('is suspended by cnpg.io/reconciliationLoop');
  const hibernation = conditionOf(object, 'cnpg.io/hibernation');
  if (isTrue(hibernation)) return suspended(explain(hibernation));
  const phase = textAt(object, 'status', 'phase');
  const reason = textAt(object, 'status', 'phaseReason');
  const said = `${phase}${reason && `: ${reason}`}`;
  if (phase === '') return progressing('its operator has not looked at it yet');
  if (stuck.some((text) => phase.startsWith(text))) return degraded(said);
  const wanted = numberAt(object, 'spec', 'instances') ?? 1;
  const ready = countAt(object, 'status', 'readyInstances');
  if (phase !== 'Cluster in healthy state') return progressing(said);
  if (ready < wanted) {
    const missing = wanted - ready;
    return progressing(`${missing} of ${count(wanted, 'instance')} ${areOrIs(missing)} not ready`);
  }
  const condition = conditionOf(object, 'Ready');
  if (isFalse(condition)) return progressing(explain(condition));
  return healthy(
    `${allAre(wanted, 'instance', 'ready')}, primary ${textAt(object, 'status', 'currentPrimary')}`,
  );
}

function judgePooler(object: JsonObject): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const wanted = numberAt(object, 'spec', 'instances') ?? 1;
  const made = countAt(object, 'status', 'instances');
  return made < wanted
    ? progressing(`${made} of ${count(wanted, 'instance')} made`)
    : healthy(allAre(wanted, 'instance', 'made'));
}

function judgeApplied(object: JsonObject): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const applied = at(object, 'status', 'applied');
  if (applied === true) return healthy('is applied');
  const message = textAt(object, 'status', 'message');
  return applied === false
    ? degraded(message || 'could not be applied')
    : progressing('is not applied yet');
}

const applied: Rule = {
  counts: '`status.applied` true is Healthy, false is Degraded',
  judge: judgeApplied,
};

/** https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/ */
export const cloudNativePg = [
  ...kinds('postgresql.cnpg.io', ['Cluster'], {
    counts:
      'the phase "Cluster in healthy state" with all instances ready is Healthy; a phase that needs a person is Degraded; hibernation and a disabled reconciliation loop are Suspended',
    judge: judgeCluster,
  }),
  ...kinds(
    'postgresql.cnpg.io',
    ['Backup'],
    byPhase({
      healthy: ['completed'],
      progressing: ['pending', 'started', 'running', 'finalizing'],
      degraded: ['failed', 'walArchivingFailing'],
      why: [['status', 'error']],
    }),
  ),
  ...kinds(
    'postgresql.cnpg.io',
    ['ScheduledBackup'],
    byConditions({ ready: [], pausedBy: [['spec', 'suspend']] }),
  ),
  ...kinds('postgresql.cnpg.io', ['Pooler'], {
    counts: 'as many instances made as wanted is Healthy',
    judge: judgePooler,
  }),
  ...kinds('postgresql.cnpg.io', ['Database', 'Publication', 'Subscription'], applied),
  ...kinds('postgresql.cnpg.io', ['ImageCatalog', 'ClusterImageCatalog'], always),
];
