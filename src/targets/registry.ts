import type { Target } from './target.ts';
import { driverUnknown } from './errors.ts';
import type { TargetOptions } from './options.ts';

/** Opens one target. @throws FairleadError where it is misconfigured or cannot be reached. */
type TargetFactory = (options: TargetOptions) => Promise<Target>;

/**
 * All drivers by the name that `Target` documents use. A new one is a folder beside `host/` and a line here. Each is loaded
 * when its first target is opened: who has none of a kind does not wait for it.
 */
export const targetDrivers: Readonly<Record<string, TargetFactory>> = {
  host: async (options) => (await import('./host/host-target.ts')).createHostTarget(options),
  kubernetes: async (options) =>
    (await import('./kubernetes/kubernetes-target.ts')).createKubernetesTarget(options),
};

/** @throws FairleadError `target.driver-unknown`, and what the driver throws */
export async function openTarget(driver: string, options: TargetOptions): Promise<Target> {
  const open = targetDrivers[driver];
  if (open === undefined) {
    throw driverUnknown({
      message: `Target/${options.name} wants the driver "${driver}"; this Fairlead has ${Object.keys(targetDrivers).join(', ')}`,
      resource: `Target/${options.name}`,
    });
  }
  return await open(options);
}
