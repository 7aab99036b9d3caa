import type { JsonObject } from '../../../../src/model/json.ts';
import { foreground, isDeleting, orphan } from '../deletion.ts';
import type { Kind } from '../kind.ts';
import { listAt, set, textAt } from '../value.ts';
import { edit, remove } from './controller.ts';
import type { Controller, Surroundings } from './controller.ts';

/** Removes what has lost its owner, and sees to owners that wait for what they own. */
export const garbage: Controller =
  (around) =>
  ({ kind, before, after }) => {
    const uid = textAt(before ?? {}, 'metadata', 'uid');
    if (after === null) {
      around.later(200, () => {
        for (const [one, object] of ownedBy(around, uid)) remove(around, one, object);
      });
      return;
    }
    if (!isDeleting(after)) return;
    const finalizers = listAt(after, 'metadata', 'finalizers');
    const own = textAt(after, 'metadata', 'uid');
    const wait = finalizers.includes(foreground) ? foreground : orphan;
    if (!finalizers.includes(wait)) return;
    around.later(200, () => {
      for (const [one, object] of ownedBy(around, own)) {
        if (wait === foreground) remove(around, one, object);
        else edit(around, one, object, '', (live) => withoutOwner(live, own));
      }
      if (ownedBy(around, own).length > 0) return;
      edit(around, kind, after, '', (live) =>
        set(
          live,
          ['metadata', 'finalizers'],
          listAt(live, 'metadata', 'finalizers').filter((name) => name !== wait),
        ),
      );
    });
  };

function withoutOwner(object: JsonObject, uid: string): JsonObject {
  const left = listAt(object, 'metadata', 'ownerReferences').filter(
    (one) => textAt(one, 'uid') !== uid,
  );
  return set(object, ['metadata', 'ownerReferences'], left.length === 0 ? undefined : left);
}

function ownedBy({ cluster }: Surroundings, uid: string): readonly (readonly [Kind, JsonObject])[] {
  return cluster.kinds.flatMap((kind) =>
    cluster.storage
      .list(kind)
      .filter((object) =>
        listAt(object, 'metadata', 'ownerReferences').some((one) => textAt(one, 'uid') === uid),
      )
      .map((object) => [kind, object] as const),
  );
}
