import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionOf, isTrue } from '../condition.ts';
import { countAt, flagAt, numberAt, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { count, degraded, healthy, progressing, suspended } from '../verdict.ts';
import { worstPod } from './pods.ts';

function judgeJob(object: JsonObject, owned: readonly JsonObject[]): Health {
  const failed = conditionOf(object, 'Failed');
  const failing = conditionOf(object, 'FailureTarget');
  const reason = worstPod(owned);
  if (isTrue(failed) || isTrue(failing)) {
    const condition = isTrue(failed) ? failed : failing;
    const why = condition?.message || condition?.reason || 'its pods failed';
    return degraded(`failed: ${why}${reason === null ? '' : `: ${reason}`}`);
  }
  const complete = conditionOf(object, 'Complete');
  const succeeded = countAt(object, 'status', 'succeeded');
  if (isTrue(complete)) return healthy(`is done: ${count(succeeded, 'pod')} ended well`);
  if (flagAt(object, 'spec', 'suspend')) return suspended('is suspended by spec.suspend');
  if (textAt(object, 'status', 'startTime') === '') return progressing('has not started yet');
  const wanted = numberAt(object, 'spec', 'completions') ?? 1;
  const active = countAt(object, 'status', 'active');
  const lost = countAt(object, 'status', 'failed');
  const parts = [`${succeeded} of ${count(wanted, 'completion')} done`, `${active} running`];
  if (lost > 0) parts.push(`${lost} failed`);
  return progressing(`${parts.join(', ')}${reason === null ? '' : `: ${reason}`}`);
}

function judgeCronJob(object: JsonObject): Health {
  if (flagAt(object, 'spec', 'suspend')) return suspended('is suspended by spec.suspend');
  const scheduled = textAt(object, 'status', 'lastScheduleTime');
  const succeeded = textAt(object, 'status', 'lastSuccessfulTime');
  const running = objectsAt(object, 'status', 'active').length;
  if (scheduled === '') return healthy('has not been due yet');
  if (running > 0) return healthy(`${count(running, 'job')} running`);
  // Times of the API server are RFC 3339 in UTC without fractions, so they order as text.
  if (succeeded === '') return healthy('no run has ended well yet');
  if (succeeded < scheduled)
    return degraded(`its last run, due at ${scheduled}, did not end well; the one before did`);
  return healthy(`its last run, due at ${scheduled}, ended well`);
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup */
export const job = [
  ...kinds('batch', ['Job'], {
    counts:
      '`Complete` is Healthy; `Failed` and `FailureTarget` are Degraded; `spec.suspend` is Suspended; running is Progressing',
    judge: judgeJob,
  }),
  ...kinds('batch', ['CronJob'], {
    counts:
      'Healthy, but Degraded when nothing runs and the last run did not end well after an earlier one did; `spec.suspend` is Suspended',
    judge: judgeCronJob,
  }),
];
