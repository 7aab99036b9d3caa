import { isJsonObject } from '../../../model/json.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { at } from '../object.ts';
import { kinds } from '../rule.ts';
import { healthy, progressing } from '../verdict.ts';

function judge(object: JsonObject): Health {
  const wanted = at(object, 'spec', 'hard');
  const counted = at(object, 'status', 'hard');
  const used = at(object, 'status', 'used');
  if (!isJsonObject(wanted)) return healthy('limits nothing');
  const missing = Object.keys(wanted).find((name) => at(counted, name) === undefined);
  if (missing !== undefined) return progressing(`its controller has not counted ${missing} yet`);
  // The same text is enough: the server writes both in the same way once something is used up to the limit.
  const full = Object.keys(wanted).filter(
    (name) => at(used, name) !== undefined && at(used, name) === at(counted, name),
  );
  const limits = full.filter((name) => at(counted, name) !== '0');
  return healthy(limits.length === 0 ? 'is counted' : `is used up: ${limits.join(', ')}`);
}

/** https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
export const quota = kinds('', ['ResourceQuota'], {
  counts: 'counted is Healthy, before that Progressing; its sentence names what is used up',
  judge,
});
