import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isTrue } from '../condition.ts';
import { flagAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

function judgeClaim(object: JsonObject): Health {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Lost')
    return degraded(`its volume ${textAt(object, 'spec', 'volumeName')} is gone`);
  if (phase !== 'Bound') {
    const storageClass = textAt(object, 'spec', 'storageClassName');
    const of = storageClass === '' ? '' : ` of class ${storageClass}`;
    return progressing(`is not bound to a volume${of} yet`);
  }
  for (const type of ['ControllerResizeError', 'NodeResizeError', 'ModifyVolumeError']) {
    const failure = conditionOf(object, type);
    if (isTrue(failure)) return degraded(explain(failure));
  }
  const resizing =
    conditionOf(object, 'FileSystemResizePending') ?? conditionOf(object, 'Resizing');
  if (isTrue(resizing)) return healthy('is bound; its volume is being resized');
  return healthy(`is bound to ${textAt(object, 'spec', 'volumeName') || 'a volume'}`);
}

function judgeAttachment(object: JsonObject): Health {
  const failure = textAt(object, 'status', 'attachError', 'message');
  if (failure !== '') return degraded(`cannot be attached: ${failure}`);
  return flagAt(object, 'status', 'attached')
    ? healthy('is attached')
    : progressing('is not attached yet');
}

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/#phase */
export const storage = [
  ...kinds('', ['PersistentVolumeClaim'], {
    counts:
      '`Bound` is Healthy; `Lost` or a resize that failed is Degraded; anything else Progressing (a class that waits for its first consumer binds only once a pod uses the claim)',
    judge: judgeClaim,
  }),
  ...kinds(
    '',
    ['PersistentVolume'],
    byPhase({ healthy: ['Available', 'Bound', 'Released'], degraded: ['Failed'] }),
  ),
  ...kinds('storage.k8s.io', ['VolumeAttachment'], {
    counts: '`status.attached` is Healthy; an attach error is Degraded',
    judge: judgeAttachment,
  }),
  ...kinds(
    'storage.k8s.io',
    ['StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttributesClass'],
    always,
  ),
];
