import { describe, expect, test } from 'vitest';
import { systemClock } from '../system/clock.ts';
import { effectTimedOut } from '../targets/errors.ts';
import { withDeadline } from './deadline.ts';

const late = (): Error & ReturnType<typeof effectTimedOut> =>
  effectTimedOut({ message: 'took too long' });
const never = new AbortController().signal;

describe('a deadline', () => {
  test('gives what the body gives', async () => {
    expect(await withDeadline(systemClock, 10_000, never, async () => 7, late)).toBe(7);
  });

  test('throws what the body throws', async () => {
    const broken = withDeadline(
      systemClock,
      10_000,
      never,
      async () => {
        throw new Error('broken');
      },
      late,
    );
    await expect(broken).rejects.toThrow('broken');
  });

  test('leaves a body behind that does not end, and says that its outcome is not known', async () => {
    let told: AbortSignal | null = null;
    const stuck = withDeadline(
      systemClock,
      20,
      never,
      (signal) => {
        told = signal;
        return new Promise<never>(() => {});
      },
      late,
    );
    await expect(stuck).rejects.toMatchObject({ class: 'unknown-outcome' });
    expect(told!.aborted).toBe(true);
  });

  test('passes on that everything is to stop, before and while the body runs', async () => {
    const parent = new AbortController();
    const seen = (signal: AbortSignal): Promise<string> =>
      new Promise((resolve) => {
        if (signal.aborted) resolve('before');
        else signal.addEventListener('abort', () => resolve('while'), { once: true });
      });
    const running = withDeadline(systemClock, 10_000, parent.signal, seen, late);
    parent.abort();
    expect(await running).toBe('while');
    expect(await withDeadline(systemClock, 10_000, parent.signal, seen, late)).toBe('before');
  });
});
