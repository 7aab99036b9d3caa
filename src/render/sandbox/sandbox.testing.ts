import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../system/clock.ts';
import { createSandbox } from './pool.ts';
import type { Sandbox } from './sandbox.ts';
import type { SeedOf } from '../../model/seed.ts';

/** Where the decompressed module is kept: where the program keeps it, so that tests do not all decompress it. */
export const testCache = join(homedir(), '.cache', 'fairlead');

/** A sandbox over the real module, with one thread. */
export function createTestSandbox(): Sandbox {
  return createSandbox({ clock: systemClock, cacheDirectory: testCache, maxWorkers: 1 });
}

/** The same time and entropy for everything. */
export const testSeed: SeedOf = () => ({
  clockMs: Date.UTC(2026, 5, 1),
  entropy: new Uint8Array(32).fill(7),
});
