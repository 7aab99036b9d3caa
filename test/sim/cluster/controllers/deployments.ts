import type { Json, JsonObject } from '../../../../src/model/json.ts';
import { listAt, numberAt, set, textAt } from '../value.ts';
import { edit } from './controller.ts';
import type { Controller } from './controller.ts';

const revision = 'deployment.kubernetes.io/revision';

/** How long a slow one takes to start. Milliseconds. */
export const slowMs = 5_000;

/** Rolls out what was wished for: after a while it is ready, or never (`bad`). */
export const deployments: Controller = (around) => (change) => {
  const { kind, after } = change;
  if (kind.kind !== 'Deployment' || after === null) return;
  const wanted = numberAt(after, 'metadata', 'generation') ?? 0;
  if ((numberAt(after, 'status', 'observedGeneration') ?? 0) >= wanted) return;
  if (numberAt(change.before ?? {}, 'metadata', 'generation') === wanted) return;
  const image = imageOf(after);
  around.later(100, () => {
    edit(around, kind, after, '', (live) =>
      set(live, ['metadata', 'annotations', revision], String(wanted)),
    );
    const tell = (how: 'begun' | 'done' | 'failed'): void =>
      edit(around, kind, after, 'status', (live) =>
        isOld(live, wanted) ? live : set(live, ['status'], statusOf(live, how)),
      );
    tell('begun');
    const ms = isBad(image) ? 3_000 : image.includes(':slow') ? slowMs : 300;
    around.later(ms, () => tell(isBad(image) ? 'failed' : 'done'));
  });
};

export function imageOf(object: JsonObject): string {
  const [first] = listAt(object, 'spec', 'template', 'spec', 'containers');
  return textAt(first, 'image');
}

/** Whether a newer wish has come since. */
function isOld(live: JsonObject, wanted: number): boolean {
  return (numberAt(live, 'metadata', 'generation') ?? 0) > wanted;
}

function statusOf(live: JsonObject, how: 'begun' | 'done' | 'failed'): JsonObject {
  const replicas = numberAt(live, 'spec', 'replicas') ?? 1;
  const isDone = how === 'done';
  const condition = (type: string, is: boolean, reason: string): Json => ({
    type,
    status: is ? 'True' : 'False',
    reason,
    message: reason,
  });
  return {
    observedGeneration: numberAt(live, 'metadata', 'generation') ?? 1,
    ...(replicas === 0 ? {} : { replicas, updatedReplicas: replicas }),
    ...(isDone && replicas > 0 ? { readyReplicas: replicas, availableReplicas: replicas } : {}),
    ...(isDone || replicas === 0 ? {} : { unavailableReplicas: replicas }),
    conditions: [
      condition(
        'Available',
        isDone,
        isDone ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      ),
      how === 'failed'
        ? condition('Progressing', false, 'ProgressDeadlineExceeded')
        : condition('Progressing', true, isDone ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated'),
    ],
  };
}

/** Whether it can never run. */
export function isBad(image: string): boolean {
  return image.includes(':bad');
}
