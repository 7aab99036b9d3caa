import type { Target } from './target.ts';
import { createHostTarget } from './host/host-target.ts';
import type { HostTargetOptions } from './host/host-target.ts';

/** What every driver is given. */
export type TargetOptions = HostTargetOptions;

/** Opens one target. @throws FairleadError where it is misconfigured or cannot be reached. */
export type TargetFactory = (options: TargetOptions) => Promise<Target>;

/** All drivers by the name that `Target` documents use. A new one is a folder beside `host/` and a line here. */
export const targetDrivers: Readonly<Record<string, TargetFactory>> = {
  host: createHostTarget,
};
