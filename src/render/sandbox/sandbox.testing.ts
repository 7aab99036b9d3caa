import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../system/clock.ts';
import { createSandbox } from './pool.ts';
import type { Sandbox } from './pool.ts';
import type { SeedOf } from './entropy.ts';

/** A sandbox over the real module, which is kept decompressed where the program keeps it. */
export function createTestSandbox(): Sandbox {
  const cacheDirectory = join(homedir(), '.cache', 'fairlead');
  return createSandbox({ clock: systemClock, cacheDirectory, maxWorkers: 1 });
}

/** The same time and entropy for everything. */
export const testSeed: SeedOf = () => ({
  clockMs: Date.UTC(2026, 5, 1),
  entropy: new Uint8Array(32).fill(7),
});
