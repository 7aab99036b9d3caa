import type { JsonObject } from '../../../../src/model/json.ts';
import { isDeleting } from '../deletion.ts';
import { listAt, set, textAt } from '../value.ts';
import { edit, remove } from './controller.ts';
import type { Controller, Surroundings } from './controller.ts';

const againMs = 500;

/** Empties a namespace that is being deleted, whoever made what is in it; then it goes itself. */
export const namespaces: Controller =
  (around) =>
  ({ kind, before, after }) => {
    if (kind.kind !== 'Namespace' || after === null || !isDeleting(after)) return;
    if (before !== null && isDeleting(before)) return;
    const finish = (): void => {
      const name = textAt(after, 'metadata', 'name');
      const left = contents(around, name);
      for (const [one, object] of left) if (!isDeleting(object)) remove(around, one, object);
      if (contents(around, name).length > 0) around.later(againMs, finish);
      else
        edit(around, kind, after, 'finalize', (live) =>
          listAt(live, 'spec', 'finalizers').length === 0
            ? live
            : set(live, ['spec', 'finalizers'], []),
        );
    };
    around.later(againMs, finish);
  };

function contents({ cluster }: Surroundings, namespace: string) {
  return cluster.kinds
    .filter(({ namespaced }) => namespaced)
    .flatMap((kind) =>
      cluster.storage
        .list(kind, namespace)
        .map((object): [typeof kind, JsonObject] => [kind, object]),
    );
}
