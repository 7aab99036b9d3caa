import { expect } from 'vitest';
import { configuration } from '../../test/support/engine.ts';
import type { EngineBench } from '../../test/support/engine.ts';

/** What tests of removal and renaming are about. */
export const shop = { application: 'shop', environment: 'dev' };

/** Makes `shop` with three files live, beside `other`. `spec`: further fields of `shop`. */
export async function goLive(
  bench: EngineBench,
  spec: Readonly<Record<string, unknown>>,
): Promise<void> {
  await bench.push({
    'fairlead.yaml': configuration({ shop: spec, other: {} }),
    'shop/a.yaml': bench.file('a', '1'),
    'shop/b.yaml': bench.file('b', '1'),
    'shop/c.yaml': bench.file('c', '1'),
    'other/d.yaml': bench.file('d', '1'),
  });
  expect(bench.state('shop@dev')).toBe('synced, Synced, Healthy');
}

/** Whether the controller still has anything to do with `shop`. */
export function isKnown(bench: EngineBench): boolean {
  return bench.engine.applications.has('shop@dev');
}
