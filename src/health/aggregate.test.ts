import fc from 'fast-check';
import { expect, test } from 'vitest';
import { healthOrder } from '../model/status.ts';
import type { HealthStatus } from '../model/status.ts';
import { aggregateHealth } from './aggregate.ts';

const member = (name: string, status: HealthStatus, message = '') => ({
  name,
  health: { status, message },
});

test('nothing to run is healthy', () => {
  expect(aggregateHealth([])).toEqual({ status: 'Healthy', message: 'nothing to run' });
});

test('all healthy are counted', () => {
  expect(aggregateHealth([member('a', 'Healthy'), member('b', 'Healthy')])).toEqual({
    status: 'Healthy',
    message: 'all 2 resources healthy',
  });
});

test('the worst is named with its reason, and others that are no better are counted', () => {
  expect(
    aggregateHealth([
      member('a', 'Progressing', 'starting'),
      member('b', 'Degraded', 'exited with 1'),
      member('c', 'Healthy'),
      member('d', 'Degraded', 'exited with 2'),
    ]),
  ).toEqual({ status: 'Degraded', message: 'Degraded because b: exited with 1 (and 1 more)' });
});

test('an application is as healthy as its worst resource, in whatever order they are', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...healthOrder), { minLength: 1 }), (statuses) => {
      const members = statuses.map((status, at) => member(String(at), status));
      const worst = healthOrder.findLast((status) => statuses.includes(status));
      expect(aggregateHealth(members).status).toBe(worst);
      expect(aggregateHealth(members.toReversed()).status).toBe(worst);
    }),
  );
});
