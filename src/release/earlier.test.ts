import { describe, expect, it } from 'vitest';
import { planSetOf } from '../../test/support/resources.ts';
import type { Release, ReleaseOutcome } from '../model/release.ts';
import { earlierRelease } from './earlier.ts';

/** Releases, newest first: what they hold, and how they ended. */
function history(...releases: readonly (readonly [tree: string, outcome: ReleaseOutcome])[]) {
  return releases.map(([tree, outcome], at): Release => ({
    id: `release-${at}`,
    application: 'shop',
    environment: 'dev',
    revision: tree === '' ? [] : [{ source: '', commit: `commit-${at}`, tree }],
    trigger: 'source',
    actor: 'controller',
    reason: '',
    plan: planSetOf(),
    startedAtMs: 1_000 - at,
    endedAtMs: 1_000 - at,
    outcome,
    error: null,
    steps: [],
  }));
}

describe('the release that a rollback goes to', () => {
  it.each([
    [
      'the one before',
      [
        ['b', 'succeeded'],
        ['a', 'succeeded'],
      ],
      1,
    ],
    [
      'of another state, not the last healing',
      [
        ['b', 'succeeded'],
        ['b', 'succeeded'],
        ['a', 'succeeded'],
      ],
      2,
    ],
    [
      'away from one that failed',
      [
        ['b', 'failed'],
        ['a', 'succeeded'],
      ],
      1,
    ],
    [
      'away from one that was cut off',
      [
        ['b', 'interrupted'],
        ['a', 'succeeded'],
      ],
      1,
    ],
    [
      'before what a reverted one came back to',
      [
        ['c', 'reverted'],
        ['b', 'succeeded'],
        ['a', 'succeeded'],
      ],
      2,
    ],
    [
      'past what was refused',
      [
        ['c', 'refused'],
        ['b', 'succeeded'],
        ['a', 'succeeded'],
      ],
      2,
    ],
    [
      'never to one that failed',
      [
        ['c', 'succeeded'],
        ['b', 'failed'],
        ['a', 'succeeded'],
      ],
      2,
    ],
    [
      'never to a removal',
      [
        ['b', 'succeeded'],
        ['', 'succeeded'],
        ['a', 'succeeded'],
      ],
      2,
    ],
  ] as const)('%s', (_, releases, at) => {
    expect(earlierRelease(history(...releases))?.id).toBe(`release-${at}`);
  });

  it.each([
    ['there is no release', []],
    [
      'there was one state only',
      [
        ['a', 'succeeded'],
        ['a', 'succeeded'],
      ],
    ],
    [
      'nothing before ended well',
      [
        ['b', 'succeeded'],
        ['a', 'failed'],
      ],
    ],
    [
      'nothing ever acted',
      [
        ['b', 'refused'],
        ['a', 'reverted'],
      ],
    ],
  ] as const)('is none where %s', (_, releases) => {
    expect(earlierRelease(history(...releases))).toBeNull();
  });
});

describe('after a rollback', () => {
  /** `a`, `b` and `c` were released; then what is given, newest first. */
  const after = (...newest: readonly (readonly [tree: string, trigger: Release['trigger']])[]) =>
    [...newest, ['c', 'source'] as const, ['b', 'source'] as const, ['a', 'source'] as const].map(
      ([tree, trigger], at) => ({
        ...history([tree, 'succeeded'])[0]!,
        id: `${tree}${at}`,
        trigger,
      }),
    );

  it('leads further back, not forward again', () => {
    expect(earlierRelease(after(['b', 'rollback']))?.id).toBe('a3');
  });

  it('also when what was gone back to was healed since', () => {
    expect(earlierRelease(after(['b', 'drift'], ['b', 'rollback']))?.id).toBe('a4');
  });

  it('a third finds nothing, and says so', () => {
    expect(earlierRelease(after(['a', 'rollback'], ['b', 'rollback']))).toBe(null);
  });

  it('and a new release it leads to what was before that one', () => {
    expect(earlierRelease(after(['d', 'source'], ['b', 'rollback']))?.id).toBe('b1');
  });
});

it('never goes to what was released from a worktree: that was never committed', () => {
  const [last, fromWorktree, first] = history(
    ['c', 'succeeded'],
    ['b', 'succeeded'],
    ['a', 'succeeded'],
  );
  const [part] = fromWorktree!.revision;
  const uncommitted = { ...fromWorktree!, revision: [{ ...part!, worktreeOn: 'commit-2' }] };
  expect(earlierRelease([last!, uncommitted, first!])?.id).toBe('release-2');
});
