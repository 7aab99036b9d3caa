import { isDeleting } from '../deletion.ts';
import { listAt, set, textAt } from '../value.ts';
import { edit } from './controller.ts';
import type { Controller } from './controller.ts';

const protection = 'kubernetes.io/pvc-protection';

/** Binds claims, and lets go of those that nobody uses. */
export const claims: Controller =
  (around) =>
  ({ kind, after }) => {
    if (kind.kind !== 'PersistentVolumeClaim' || after === null) return;
    if (textAt(after, 'status', 'phase') === 'Pending' && !isDeleting(after))
      around.later(200, () =>
        edit(around, kind, after, 'status', (live) => set(live, ['status', 'phase'], 'Bound')),
      );
    const finalizers = listAt(after, 'metadata', 'finalizers');
    if (!isDeleting(after) || !finalizers.includes(protection)) return;
    around.later(100, () =>
      edit(around, kind, after, '', (live) =>
        set(
          live,
          ['metadata', 'finalizers'],
          listAt(live, 'metadata', 'finalizers').filter((name) => name !== protection),
        ),
      ),
    );
  };
