import type { TargetDriver } from './driver.ts';
import { driverUnknown } from './errors.ts';
import { hostDriver } from './host/driver.ts';
import { kubernetesDriver } from './kubernetes/driver.ts';
import type { TargetOptions } from './options.ts';
import type { Target } from './target.ts';

/** All drivers. A new one is a folder beside `host/` and a line here. The first is the one to propose where none fits better. */
export const targetDrivers: readonly TargetDriver[] = [hostDriver, kubernetesDriver];

/** @throws FairleadError `target.driver-unknown`, and what the driver throws */
export async function openTarget(name: string, options: TargetOptions): Promise<Target> {
  const driver = targetDrivers.find((one) => one.name === name);
  if (driver === undefined) {
    throw driverUnknown({
      message: `Target/${options.name} wants the driver "${name}"; this Fairlead has ${targetDrivers.map((one) => one.name).join(', ')}`,
      resource: `Target/${options.name}`,
    });
  }
  return await driver.open(options);
}
