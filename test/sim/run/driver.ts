import { z } from 'zod';
import type { DriverName } from '../git/model.ts';
import type { Driver } from '../../../src/config/driver.ts';

/** The target model as configuration names it: `spec: {sim: {}}`. */
export const simDriver: Driver = {
  name: 'sim',
  description: 'A place in memory.',
  settings: z.strictObject({}),
};

/** How long things take at the end of a schedule. Milliseconds. */
interface Pace {
  /** Everything is looked at from scratch so often. */
  readonly verifyMs: number;
  /** After this, what was committed is live by itself. */
  readonly followMs: number;
}

/** Watches cost the simulator much, so that at clusters less time goes by. */
export function paceOf(driver: DriverName): Pace {
  const hourMs = 3_600_000;
  return driver === 'host'
    ? { verifyMs: 6 * hourMs, followMs: hourMs }
    : { verifyMs: hourMs / 2, followMs: hourMs / 2 };
}
