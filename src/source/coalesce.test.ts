import { describe, expect, it } from 'vitest';
import { coalesce } from './coalesce.ts';

/** An action that runs until it is told to end, and counts. */
function counted() {
  const runs: {
    end: (value: number) => void;
    fail: (error: Error) => void;
    signal: AbortSignal;
  }[] = [];
  const call = coalesce<number>(
    (signal) =>
      new Promise((resolve, reject) => {
        runs.push({ end: resolve, fail: reject, signal });
      }),
  );
  return { runs, call };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('coalesced runs', () => {
  it('ten thousand who ask at once cause two runs', async () => {
    const { runs, call } = counted();
    const all = Array.from({ length: 10_000 }, () => call());
    await turn();
    expect(runs).toHaveLength(1);
    runs[0]!.end(1);
    await turn();
    expect(runs).toHaveLength(2);
    runs[1]!.end(2);
    const values = await Promise.all(all);
    // Whoever asks while one is under way gets the result of one that began afterwards.
    expect(values.filter((value) => value === 1)).toHaveLength(1);
    await turn();
    expect(runs).toHaveLength(2);
  });

  it('a failing run fails those who waited for it, and not the next', async () => {
    const { runs, call } = counted();
    const first = call();
    const second = call();
    runs[0]!.fail(new Error('no'));
    await expect(first).rejects.toThrow('no');
    runs[1]!.end(2);
    expect(await second).toBe(2);
  });

  it('is aborted when nobody waits for it any more, and only then', async () => {
    const { runs, call } = counted();
    void call();
    const [ada, bob] = [new AbortController(), new AbortController()];
    const both = Promise.all([call(ada.signal), call(bob.signal)]);
    ada.abort();
    runs[0]!.end(1);
    await turn();
    expect(runs[1]!.signal.aborted).toBe(false);
    bob.abort();
    expect(runs[1]!.signal.aborted).toBe(true);
    runs[1]!.end(2);
    await both;
  });
});
