import type { z } from 'zod';

/** What configuration must know about one target driver. */
export interface Driver {
  /** The key in `spec` of a `Target`. */
  readonly name: string;
  /** One sentence for editors. */
  readonly description: string;
  /** The driver's own settings, as users write them. Must accept `{}` when all have defaults. */
  readonly settings: z.ZodType;
}

/** Drivers that Fairlead is going to have; named in errors so that nobody looks for a typing mistake. */
export const plannedDrivers: readonly string[] = ['compose', 'opentofu'];
