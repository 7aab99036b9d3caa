import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { annotationOf, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing, unknown } from '../verdict.ts';
import { failureOf, notReadyOf, restartOf, waitingOf } from './container.ts';
import { warningAbout } from './warning.ts';

/**
 * A pod by its phase and containers. As in Argo CD, what keeps a container from starting is Degraded only where the pod
 * is meant to run for good: one that ends by itself (`restartPolicy` OnFailure or Never) may still get there.
 *
 * Source of the reasons: kubelet, `pkg/kubelet/images/types.go` and `pkg/kubelet/container/sync_result.go`.
 */
function judgePod(pod: JsonObject, known: readonly JsonObject[] = []): Health {
  return judgePodAmong(pod, known, false);
}

/** What is said of a pod that does what it should: it ends by itself, and has not yet. */
export const goesOn = 'is running and has not ended yet';

/**
 * @param known warnings (Events) that may be about it, which say why it does not start where its status does not
 * @param named name the container also where it is the only one
 */
export function judgePodAmong(
  pod: JsonObject,
  known: readonly JsonObject[],
  named: boolean,
): Health {
  const phase = textAt(pod, 'status', 'phase');
  switch (phase) {
    case 'Succeeded':
      return healthy('has ended well');
    case 'Failed':
      return degraded(whyFailed(pod, named));
    case 'Unknown':
      return unknown('its node does not answer');
    case '':
      return progressing('is not scheduled yet');
    default:
      return judgeLiving(pod, phase, known, named);
  }
}

function judgeLiving(
  pod: JsonObject,
  phase: string,
  known: readonly JsonObject[],
  alwaysNamed: boolean,
): Health {
  const forGood = runsForGood(pod);
  const containers = containersOf(pod);
  const named = alwaysNamed || containers.length > 1;
  for (const container of containers) {
    const waiting = waitingOf(container, named);
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
  if (phase !== 'Running') {
    const uid = textAt(pod, 'metadata', 'uid');
    const warning = warningAbout(known, (about) => textAt(about, 'uid') === uid);
    return progressing(warning === null ? 'is starting' : `is starting: ${warning}`);
  }
  if (!forGood) return progressing(goesOn);
  const ready = conditionOf(pod, 'Ready');
  if (isTrue(ready)) return healthy('is ready');
  const restart = containers.map((one) => restartOf(one, named)).find(Boolean);
  if (restart !== undefined && restart !== null) return degraded(restart);
  const slow = containers.map((one) => notReadyOf(one, named)).find(Boolean);
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

function whyFailed(pod: JsonObject, alwaysNamed: boolean): string {
  const reason = textAt(pod, 'status', 'reason');
  const message = textAt(pod, 'status', 'message');
  if (message !== '')
    return reason === '' ? `failed: ${message}` : `failed (${reason}): ${message}`;
  const containers = containersOf(pod);
  const named = alwaysNamed || containers.length > 1;
  const failure = containers.map((one) => failureOf(one, named)).find(Boolean);
  return failure ?? (reason === '' ? 'failed' : `failed: ${reason}`);
}

function gatesOf(pod: JsonObject): string {
  return objectsAt(pod, 'spec', 'schedulingGates')
    .map((gate) => textAt(gate, 'name'))
    .join(', ');
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
export const pod = kinds('', ['Pod'], {
  counts:
    'ready, or ended well, is Healthy; a container that cannot start (`ImagePullBackOff`, `CrashLoopBackOff`, `CreateContainerConfigError` …) or was restarted and is not ready again is Degraded where `restartPolicy` is Always; a pod that failed is Degraded; one that cannot be scheduled is Progressing',
  judge: judgePod,
});
