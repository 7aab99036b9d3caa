import { describe, expect, test } from 'vitest';
import { transition, transitions } from './machine.ts';
import type { ApplicationEvent, ApplicationState } from './machine.ts';

const states = Object.keys(transitions) as ApplicationState[];
const events = Object.keys(transitions.pending) as ApplicationEvent[];
const pairs = states.flatMap((state) => events.map((event) => [state, event] as const));
const possible = pairs.flatMap(([state, event]) => {
  const next = transitions[state][event];
  return next === null ? [] : [[state, event, next] as const];
});
/** Something is under way: a look, effects, or waiting for health. */
const busy: readonly ApplicationState[] = ['planning', 'applying', 'verifying', 'reverting'];

/** Every state that can follow, over any number of events. */
function reachable(from: ApplicationState): ReadonlySet<ApplicationState> {
  const seen = new Set([from]);
  for (const state of seen) {
    for (const event of events) {
      const next = transitions[state][event];
      if (next !== null) seen.add(next);
    }
  }
  return seen;
}

describe('the application state machine', () => {
  test('answers every event in every state', () => {
    for (const state of states)
      expect(Object.keys(transitions[state]).toSorted()).toEqual(events.toSorted());
  });

  test('gives the next state where there is one', () => {
    expect(possible.length).toBeGreaterThan(0);
    for (const [state, event, next] of possible) expect(transition(state, event)).toBe(next);
  });

  test('takes what cannot happen for a bug', () => {
    const impossible = pairs.filter(([state, event]) => transitions[state][event] === null);
    expect(impossible.length).toBeGreaterThan(0);
    for (const [state, event] of impossible)
      expect(() => transition(state, event)).toThrow(`no ${event} in state ${state}`);
  });

  test('looks again from every state, also from one that a broken run left behind', () => {
    expect(new Set(states.map((state) => transitions[state].triggered))).toEqual(
      new Set(['planning']),
    );
  });

  test('can reach every state, and from every state come to rest as synced', () => {
    expect([...reachable('pending')].toSorted()).toEqual(states.toSorted());
    for (const state of states) expect(reachable(state)).toContain('synced');
  });

  test('touches nothing but from a plan that was judged', () => {
    const ways = possible.filter(([, , next]) => next === 'applying');
    expect(ways).toEqual([['planning', 'apply-started', 'applying']]);
  });

  test('can fail from every state in which something is under way', () => {
    for (const state of busy) {
      const failures: ApplicationEvent[] = ['plan-failed', 'apply-failed', 'health-missed'];
      expect(failures.map((event) => transitions[state][event])).toContain('backing-off');
    }
  });

  test('is called synced only after a look that found nothing to do, or health after a release', () => {
    const ways = possible.filter(([, , next]) => next === 'synced').map(([, event]) => event);
    expect(new Set(ways)).toEqual(new Set(['plan-empty', 'health-reached']));
  });
});
