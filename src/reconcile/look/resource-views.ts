import type { ResourceView } from '../../control/api.ts';
import type { Desired, Observation } from '../../model/resource.ts';
import type { Health } from '../../model/status.ts';
import { placeOf } from '../../plan/place.ts';
import type { PlannedRun, TargetPlan } from './context.ts';

const maxDiffers = 10;

/** What tables show of each resource: in sync or not, and how it is. */
export function resourceViews(run: PlannedRun): readonly ResourceView[] {
  return run.targets.flatMap((item) => {
    const changes = new Map(item.plan.changes.map((change) => [placeOf(change), change]));
    const desired = item.desired.map((one): ResourceView => {
      const change = changes.get(placeOf(one));
      const outOfSync =
        change !== undefined && change.action !== 'adopt' && change.causeKind !== 'if-needed';
      return {
        target: item.target.name,
        id: one.id,
        sync: outOfSync ? 'OutOfSync' : 'Synced',
        health: healthOf(item, one, item.observations.get(placeOf(one))),
        wave: one.wave,
        differs: (change?.diff ?? []).slice(0, maxDiffers).map((field) => field.path),
      };
    });
    const leaving = item.plan.changes
      .filter((change) => change.action === 'delete')
      .map((change): ResourceView => ({
        target: item.target.name,
        id: change.id,
        sync: 'OutOfSync',
        health: { status: 'Healthy', message: 'no longer wanted' },
        wave: change.wave,
        differs: [],
      }));
    return [...desired, ...leaving];
  });
}

function healthOf(
  item: TargetPlan,
  desired: Desired,
  observation: Observation | undefined,
): Health {
  switch (observation?.kind) {
    case 'present':
      return item.target.health(observation.live, desired);
    case 'unreadable':
      return { status: 'Unknown', message: observation.error.message };
    case 'absent':
    case undefined:
      return { status: 'Missing', message: 'is not there' };
  }
}
