import { expect, test } from 'vitest';
import type { SyncPolicy } from '../model/config.ts';
import { effectivePolicy } from './policy.ts';

test.each<[environment: SyncPolicy, application: SyncPolicy | null, effective: SyncPolicy]>([
  ['auto', null, 'auto'],
  ['auto', 'auto', 'auto'],
  ['auto', 'approve', 'approve'],
  ['auto', 'manual', 'manual'],
  ['approve', null, 'approve'],
  ['approve', 'auto', 'approve'],
  ['approve', 'approve', 'approve'],
  ['approve', 'manual', 'manual'],
  ['manual', null, 'manual'],
  ['manual', 'auto', 'manual'],
  ['manual', 'approve', 'manual'],
  ['manual', 'manual', 'manual'],
])('environment %s and application %s give %s: an application only tightens', (...row) => {
  const [environment, application, effective] = row;
  expect(effectivePolicy(environment, application)).toBe(effective);
});
