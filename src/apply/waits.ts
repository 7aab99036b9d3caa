import type { Clock } from '../system/clock.ts';

/** What a release needs of whoever runs it while it waits for something outside: minutes, and for nothing that it does. */
export interface Waits {
  /** Runs `body`, which only waits, without a place among what is worked on at the same time. */
  aside<T>(body: () => Promise<T>): Promise<T>;
  /** Resolves after `ms`, or before that: the target noticed something, waiting lost its sense, or `signal` aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Why there is no sense in waiting on, in the form "… came meanwhile"; `null`: there is. */
  superseded(): string | null;
}

/** Waits by the clock alone, for who runs one release and nothing else. */
export function plainWaits(clock: Clock): Waits {
  return {
    aside: (body) => body(),
    pause: (ms, signal) => clock.sleep(ms, signal),
    superseded: () => null,
  };
}
