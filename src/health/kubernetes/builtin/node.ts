import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionOf, explain, isTrue } from '../condition.ts';
import { flagAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

const troubles = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];

function judge(object: JsonObject): Health {
  const ready = conditionOf(object, 'Ready');
  if (ready === null) return progressing('its kubelet has not reported yet');
  if (!isTrue(ready)) return degraded(explain(ready));
  for (const type of troubles) {
    const trouble = conditionOf(object, type);
    if (isTrue(trouble)) return degraded(`${type}: ${trouble.message || trouble.reason}`);
  }
  return flagAt(object, 'spec', 'unschedulable')
    ? suspended('takes no new pods (it is cordoned)')
    : healthy('is ready');
}

/** https://kubernetes.io/docs/reference/node/node-status/#condition */
export const node = kinds('', ['Node'], {
  counts:
    '`Ready` is Healthy; not ready, or short of memory, disk, PIDs or network, is Degraded; cordoned is Suspended',
  judge,
});
