import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApplyEffect, Effect } from '../../../src/targets/target.ts';

/** The effect on whose behalf code runs; what is sent meanwhile belongs to it. */
export const underway = new AsyncLocalStorage<Effect | ApplyEffect>();
