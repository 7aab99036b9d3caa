import { sameJson } from '../../../../src/model/json.ts';
import { at, objectAt, set } from '../value.ts';
import { edit } from './controller.ts';
import type { Controller } from './controller.ts';

/** Brings quotas into force a moment after they were made or changed. */
export const quotas: Controller =
  (around) =>
  ({ kind, after }) => {
    if (kind.kind !== 'ResourceQuota' || after === null) return;
    const hard = objectAt(after, 'spec', 'hard');
    if (sameJson(hard, at(after, 'status', 'hard') ?? null)) return;
    around.later(100, () =>
      edit(around, kind, after, 'status', (live) =>
        set(live, ['status', 'hard'], objectAt(live, 'spec', 'hard')),
      ),
    );
  };
