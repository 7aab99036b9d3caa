import { isDeleting } from '../deletion.ts';
import { set, textAt } from '../value.ts';
import { edit } from './controller.ts';
import type { Controller } from './controller.ts';
import { imageOf, isBad, slowMs } from './deployments.ts';

/** Runs jobs to their end, good or bad. */
export const jobs: Controller =
  (around) =>
  ({ kind, before, after }) => {
    if (kind.kind !== 'Job' || after === null || before !== null || isDeleting(after)) return;
    const isFailing = isBad(imageOf(after));
    const isSlow = imageOf(after).includes(':slow');
    around.later(isSlow ? slowMs : 500, () =>
      edit(around, kind, after, 'status', (live) => {
        const type = isFailing ? 'Failed' : 'Complete';
        const conditions = [
          { type, status: 'True', reason: type, message: textAt(live, 'metadata', 'name') },
        ];
        return set(live, ['status'], {
          ...(isFailing ? { failed: 1 } : { succeeded: 1 }),
          conditions,
        });
      }),
    );
  };
