import type { Chance } from '../../world/random.ts';
import { isDeleting } from '../deletion.ts';
import { numberAt, set, textAt } from '../value.ts';
import { edit } from './controller.ts';
import type { Surroundings } from './controller.ts';

/** Moves the replicas of what autoscalers point at, now, as their controller does every so often. */
export function scale(around: Surroundings, chance: Chance): void {
  const { cluster } = around;
  const [scalers, deployments] = [
    cluster.kindOf('autoscaling', 'HorizontalPodAutoscaler'),
    cluster.kindOf('apps', 'Deployment'),
  ];
  if (scalers === null || deployments === null) return;
  for (const scaler of cluster.storage.list(scalers)) {
    if (isDeleting(scaler)) continue;
    const at = {
      kind: deployments,
      namespace: textAt(scaler, 'metadata', 'namespace'),
      name: textAt(scaler, 'spec', 'scaleTargetRef', 'name'),
    };
    const live = cluster.objects.find(at);
    const most = numberAt(scaler, 'spec', 'maxReplicas') ?? 1;
    const replicas = 1 + chance.int(most);
    if (live !== null)
      edit(around, deployments, live, 'scale', (one) => set(one, ['spec', 'replicas'], replicas));
  }
}
