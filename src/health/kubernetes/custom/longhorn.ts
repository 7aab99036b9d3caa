import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isFalse } from '../condition.ts';
import { at, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

/** https://longhorn.io/docs/latest/references/longhorn-client-python/#volume: state and robustness. */
function judgeVolume(object: JsonObject): Health {
  const scheduled = conditionOf(object, 'Scheduled') ?? conditionOf(object, 'scheduled');
  if (isFalse(scheduled)) return degraded(explain(scheduled));
  const robustness = textAt(object, 'status', 'robustness');
  const state = textAt(object, 'status', 'state');
  if (robustness === 'faulted') return degraded('all its replicas failed (faulted)');
  if (robustness === 'degraded')
    return degraded('has fewer healthy replicas than wanted (degraded)');
  if (state === 'attached' || state === 'detached') return healthy(`is ${state}`);
  return progressing(state === '' ? 'its manager has not looked at it yet' : `is ${state}`);
}

function judgeBackupTarget(object: JsonObject): Health {
  if (textAt(object, 'spec', 'backupTargetURL') === '') return healthy('is not set up');
  const available = at(object, 'status', 'available');
  if (available === true) return healthy('can be reached');
  const condition = conditionOf(object, 'Unavailable');
  return available === false
    ? degraded(condition === null ? 'cannot be reached' : explain(condition))
    : progressing('its manager has not looked at it yet');
}

export const longhorn = [
  ...kinds('longhorn.io', ['Volume'], {
    counts:
      'attached or detached and robust is Healthy; `faulted`, `degraded` or not `Scheduled` is Degraded',
    judge: judgeVolume,
  }),
  ...kinds('longhorn.io', ['BackupTarget'], {
    counts: '`status.available` is Healthy, false is Degraded',
    judge: judgeBackupTarget,
  }),
  ...kinds(
    'longhorn.io',
    ['Node'],
    byConditions({ ready: ['Ready'], readyIfThere: ['Schedulable'] }),
  ),
  ...kinds(
    'longhorn.io',
    ['Backup'],
    byPhase({
      field: ['status', 'state'],
      healthy: ['Completed'],
      progressing: ['New', 'Pending', 'InProgress'],
      degraded: ['Error', 'Unknown'],
      why: [['status', 'error']],
    }),
  ),
  ...kinds(
    'longhorn.io',
    ['EngineImage'],
    byPhase({
      field: ['status', 'state'],
      healthy: ['deployed', 'ready'],
      progressing: ['deploying'],
      degraded: ['incompatible', 'error'],
    }),
  ),
  ...kinds('longhorn.io', ['RecurringJob', 'Setting', 'BackingImage'], always),
];
