import type { JsonObject } from '../../../../src/model/json.ts';
import { cleanup, isDeleting } from '../deletion.ts';
import { customKinds, storedVersion } from '../kinds.ts';
import { listAt, set, textAt } from '../value.ts';
import { edit, remove } from './controller.ts';
import type { Controller } from './controller.ts';

const againMs = 300;

/** Brings kinds into force some time after their definition was made, and takes them away with all of their objects. */
export const definitions: Controller =
  (around) =>
  ({ kind, before, after }) => {
    if (kind.kind !== 'CustomResourceDefinition') return;
    const { cluster } = around;
    if (after === null) {
      cluster.custom.delete(textAt(before ?? {}, 'metadata', 'name'));
      return;
    }
    const name = textAt(after, 'metadata', 'name');
    if (!isDeleting(after)) {
      if (before !== null) {
        if (cluster.custom.has(name)) cluster.custom.set(name, customKinds(after));
        return;
      }
      around.later(cluster.establishMs, () => {
        edit(around, kind, after, '', (live) => withFinalizer(live));
        edit(around, kind, after, 'status', (live) => ({ ...live, status: established(live) }));
        const live = cluster.objects.find({ kind, namespace: '', name });
        if (live !== null && !isDeleting(live)) cluster.custom.set(name, customKinds(live));
      });
      return;
    }
    if (before !== null && isDeleting(before)) return;
    const empty = (): void => {
      const own = cluster.custom.get(name)?.[0];
      const left = own === undefined ? [] : cluster.storage.list(own);
      if (own !== undefined)
        for (const object of left) if (!isDeleting(object)) remove(around, own, object);
      if (own !== undefined && cluster.storage.list(own).length > 0) around.later(againMs, empty);
      else
        edit(around, kind, after, '', (live) =>
          set(
            live,
            ['metadata', 'finalizers'],
            listAt(live, 'metadata', 'finalizers').filter((one) => one !== cleanup),
          ),
        );
    };
    around.later(againMs, empty);
  };

function withFinalizer(live: JsonObject): JsonObject {
  const finalizers = listAt(live, 'metadata', 'finalizers');
  return finalizers.includes(cleanup)
    ? live
    : set(live, ['metadata', 'finalizers'], [...finalizers, cleanup]);
}

function established(live: JsonObject): JsonObject {
  const condition = (type: string, reason: string): JsonObject => ({
    type,
    status: 'True',
    reason,
    message: '',
  });
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts'),
      condition('Established', 'InitialNamesAccepted'),
    ],
    storedVersions: [storedVersion(live)],
  };
}
