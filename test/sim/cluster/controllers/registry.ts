import { claims } from './claims.ts';
import type { Controller, Surroundings } from './controller.ts';
import { definitions } from './definitions.ts';
import { deployments } from './deployments.ts';
import { garbage } from './garbage.ts';
import { jobs } from './jobs.ts';
import { namespaces } from './namespaces.ts';
import { quotas } from './quotas.ts';

const all: readonly Controller[] = [
  claims,
  definitions,
  deployments,
  garbage,
  jobs,
  namespaces,
  quotas,
];

/** Starts everything that acts in a cluster by itself. */
export function startControllers(around: Surroundings): void {
  const running = all.map((controller) => controller(around));
  around.cluster.storage.subscribe((change) => {
    for (const hear of running) hear(change);
  });
}
