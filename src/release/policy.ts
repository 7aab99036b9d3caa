import type { SyncPolicy } from '../model/config.ts';

const strictness: Record<SyncPolicy, number> = { auto: 0, approve: 1, manual: 2 };

/** The stricter of the environment's policy and the application's wish: an application may only tighten. */
export function effectivePolicy(
  environment: SyncPolicy,
  application: SyncPolicy | null,
): SyncPolicy {
  if (application === null) return environment;
  return strictness[application] > strictness[environment] ? application : environment;
}
