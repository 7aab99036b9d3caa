import { describe, expect, test } from 'vitest';
import { createShared } from './shared.ts';

/** Tasks that end when they are told to, by name of who brought them. */
function tasks() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  return {
    begun,
    of: (name: string) => () => {
      begun.push(name);
      return new Promise<void>((resolve, reject) =>
        ends.set(name, (error) => (error === undefined ? resolve() : reject(error))),
      );
    },
    end: (name: string, error?: Error) => ends.get(name)?.(error),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('shared work', () => {
  test('begins at once when nothing runs', async () => {
    const shared = createShared();
    const { begun, of, end } = tasks();
    const one = shared('folder', of('first'));
    expect(begun).toEqual(['first']);
    end('first');
    await one;
  });

  test('is done once more for all who asked while it ran, because what they did may have come too late', async () => {
    const shared = createShared();
    const { begun, of, end } = tasks();
    const first = shared('folder', of('first'));
    const late = [shared('folder', of('second')), shared('folder', of('third'))];
    let isLateDone = false;
    void Promise.all(late).then(() => (isLateDone = true));
    end('first');
    await first;
    await settled();
    expect(begun).toEqual(['first', 'second']);
    expect(isLateDone).toBe(false);
    end('second');
    await Promise.all(late);
    const again = shared('folder', of('fourth'));
    expect(begun).toEqual(['first', 'second', 'fourth']);
    end('fourth');
    await again;
  });

  test('of one name does not wait for another', async () => {
    const shared = createShared();
    const { begun, of, end } = tasks();
    const both = [shared('one', of('one')), shared('other', of('other'))];
    expect(begun).toEqual(['one', 'other']);
    end('one');
    end('other');
    await Promise.all(both);
  });

  test('tells its failure to all who share it, and is tried anew for those after them', async () => {
    const shared = createShared();
    const { of, end } = tasks();
    const first = shared('folder', of('first'));
    const second = shared('folder', of('second'));
    const third = shared('folder', of('third'));
    end('first', new Error('disk'));
    await expect(first).rejects.toThrow('disk');
    await settled();
    end('second', new Error('disk again'));
    await expect(second).rejects.toThrow('disk again');
    await expect(third).rejects.toThrow('disk again');
    const fourth = shared('folder', of('fourth'));
    end('fourth');
    await fourth;
  });
});
