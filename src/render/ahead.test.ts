import { describe, expect, test } from 'vitest';
import { workAhead } from './ahead.ts';

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe('work that is done ahead', () => {
  test('gives its values in order, however long each takes', async () => {
    const values = workAhead([30, 1, 20, 2, 10], 3, async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ms;
    });
    expect(await all(values)).toEqual([30, 1, 20, 2, 10]);
  });

  test('has no more under way than it may', async () => {
    let underWay = 0;
    let most = 0;
    const values = workAhead('abcdefghij'.split(''), 4, async (letter) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 2));
      underWay -= 1;
      return letter;
    });
    expect((await all(values)).join('')).toBe('abcdefghij');
    expect(most).toBe(4);
  });

  test('ends with the first in order that fails, and those behind it fail unheard', async () => {
    const seen: string[] = [];
    const reading = async (): Promise<void> => {
      const values = workAhead('abcd'.split(''), 4, async (letter) => {
        if (letter !== 'a') throw new Error(letter);
        return letter;
      });
      for await (const letter of values) seen.push(letter);
    };
    await expect(reading()).rejects.toThrow('b');
    expect(seen).toEqual(['a']);
  });

  test('of nothing is nothing', async () => {
    expect(await all(workAhead([], 4, async () => 1))).toEqual([]);
  });
});
