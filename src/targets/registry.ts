import type { Target } from './target.ts';
import { driverUnknown } from './errors.ts';
import { createHostTarget } from './host/host-target.ts';
import { createKubernetesTarget } from './kubernetes/kubernetes-target.ts';
import type { TargetOptions } from './options.ts';

/** Opens one target. @throws FairleadError where it is misconfigured or cannot be reached. */
export type TargetFactory = (options: TargetOptions) => Promise<Target>;

/** All drivers by the name that `Target` documents use. A new one is a folder beside `host/` and a line here. */
export const targetDrivers: Readonly<Record<string, TargetFactory>> = {
  host: createHostTarget,
  kubernetes: createKubernetesTarget,
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
