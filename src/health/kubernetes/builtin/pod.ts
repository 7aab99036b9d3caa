import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { annotationOf, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing, unknown } from '../verdict.ts';
import { failureOf, notReadyOf, restartOf, waitingOf } from './container.ts';

/**
 * A pod by its phase and containers. As in Argo CD, what keeps a container from starting is Degraded only where the pod
 * is meant to run for good: one that ends by itself (`restartPolicy` OnFailure or Never) may still get there.
 *
 * Source of the reasons: kubelet, `pkg/kubelet/images/types.go` and `pkg/kubelet/container/sync_result.go`.
 */
export function judgePod(pod: JsonObject): Health {
  const phase = textAt(pod, 'status', 'phase');
  switch (phase) {
    case 'Succeeded':
      return healthy('has ended well');
    case 'Failed':
      return degraded(whyFailed(pod));
    case 'Unknown':
      return unknown('its node does not answer');
    case '':
      return progressing('is not scheduled yet');
    default:
      return judgeLiving(pod, phase);
  }
}

function judgeLiving(pod: JsonObject, phase: string): Health {
  const forGood = runsForGood(pod);
  const containers = containersOf(pod);
  for (const container of containers) {
    const waiting = waitingOf(container, containers.length > 1);
    if (waiting === null) continue;
    return waiting.broken && forGood ? degraded(waiting.why) : progressing(waiting.why);
  }
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (isFalse(scheduled)) {
    // Whether a node will come is not known here: the cluster may be about to grow.
    return scheduled.reason === 'SchedulingGated'
      ? progressing(`waits for its scheduling gates ${gatesOf(pod)}`)
      : progressing(`cannot be scheduled: ${scheduled.message || scheduled.reason}`);
  }
  if (phase !== 'Running') return progressing('is starting');
  if (!forGood) return progressing('is running and has not ended yet');
  const ready = conditionOf(pod, 'Ready');
  if (isTrue(ready)) return healthy('is ready');
  const restart = containers.map((one) => restartOf(one, containers.length > 1)).find(Boolean);
  if (restart !== undefined && restart !== null) return degraded(restart);
  const slow = containers.map((one) => notReadyOf(one, containers.length > 1)).find(Boolean);
  if (slow !== undefined && slow !== null) return progressing(slow);
  return progressing(ready === null ? 'is not ready yet' : explain(ready));
}

/** Init containers first, because the others wait for them. */
function containersOf(pod: JsonObject): readonly JsonObject[] {
  return [
    ...objectsAt(pod, 'status', 'initContainerStatuses'),
    ...objectsAt(pod, 'status', 'containerStatuses'),
  ];
}

function runsForGood(pod: JsonObject): boolean {
  const policy = textAt(pod, 'spec', 'restartPolicy');
  if (policy === '' || policy === 'Always') return true;
  return annotationOf(pod, 'argocd.argoproj.io/ignore-restart-policy') === 'true';
}

function whyFailed(pod: JsonObject): string {
  const reason = textAt(pod, 'status', 'reason');
  const message = textAt(pod, 'status', 'message');
  if (message !== '')
    return reason === '' ? `failed: ${message}` : `failed (${reason}): ${message}`;
  const containers = containersOf(pod);
  const failure = containers.map((one) => failureOf(one, containers.length > 1)).find(Boolean);
  return failure ?? (reason === '' ? 'failed' : `failed: ${reason}`);
}

function gatesOf(pod: JsonObject): string {
  return objectsAt(pod, 'spec', 'schedulingGates')
    .map((gate) => textAt(gate, 'name'))
    .join(', ');
}

export const pod = kinds('', ['Pod'], {
  counts:
    'ready, or ended well, is Healthy; a container that cannot start (`ImagePullBackOff`, `CrashLoopBackOff`, `CreateContainerConfigError` …) or was restarted and is not ready again is Degraded where `restartPolicy` is Always; a pod that failed is Degraded; one that cannot be scheduled is Progressing',
  judge: judgePod,
});
