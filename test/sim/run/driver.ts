import { z } from 'zod';
import type { Driver } from '../../../src/config/drivers.ts';

/** The target model as configuration names it: `spec: {sim: {}}`. */
export const simDriver: Driver = {
  name: 'sim',
  description: 'A place in memory.',
  settings: z.strictObject({}),
};
