import { describe, expect, test } from 'vitest';
import type { Transaction } from '../../store/store.ts';
import { systemClock } from '../../system/clock.ts';
import { GroupCommit } from './group-commit.ts';
import type { WriteBody } from './group-commit.ts';

/** Commits that last until they are let go, and what stood in each. */
function commits() {
  const groups: string[][] = [];
  const names = new Map<WriteBody, string>();
  const failing = new Set<string>();
  let letGo: (() => void)[] = [];
  let isHeld = false;
  const group = new GroupCommit(systemClock, async (bodies) => {
    const members = bodies.map((body) => names.get(body) ?? '');
    groups.push(members);
    if (isHeld) await new Promise<void>((resolve) => letGo.push(resolve));
    for (const body of bodies) await body({} as Transaction);
  });
  const body = (name: string): WriteBody => {
    const made: WriteBody = async () => {
      if (failing.has(name)) throw new Error(`${name} is too long`);
    };
    names.set(made, name);
    return made;
  };
  return {
    groups,
    failing,
    body,
    write: (name: string) => group.write(body(name)),
    writeBody: (made: WriteBody) => group.write(made),
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false;
      for (const go of letGo) go();
      letGo = [];
    },
  };
}

describe('writers of the store', () => {
  test('who comes alone is written alone', async () => {
    const { groups, write } = commits();
    await write('a');
    await write('b');
    expect(groups).toEqual([['a'], ['b']]);
  });

  test('who come while one writes share the next transaction, in their order', async () => {
    const { groups, write, hold, release } = commits();
    hold();
    const first = write('a');
    const others = ['b', 'c', 'd'].map(write);
    release();
    await Promise.all([first, ...others]);
    expect(groups).toEqual([['a'], ['b', 'c', 'd']]);
  });

  test('one that cannot be written is nobody else’s problem', async () => {
    const { groups, failing, write, hold, release } = commits();
    failing.add('c');
    hold();
    const outcomes = Promise.allSettled(['a', 'b', 'c', 'd'].map(write));
    release();
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(groups).toEqual([['a'], ['b', 'c', 'd'], ['b'], ['c'], ['d']]);
  });

  test('the same thing asked for several times at once is done once', async () => {
    const { groups, body, writeBody, write, hold, release } = commits();
    const flush = body('flush');
    hold();
    const all = [write('a'), writeBody(flush), write('b'), writeBody(flush)];
    release();
    await Promise.all(all);
    expect(groups).toEqual([['a'], ['flush', 'b']]);
  });
});
