import { NotSo } from './claim.ts';
import type { Screen } from './screen.ts';

/** One scene of the demo. It throws where something is not as it says. */
export interface Step<T> {
  readonly title: string;
  /** What happens and why, for the person who watches. */
  readonly story: string;
  readonly run: (stage: T) => Promise<void>;
}

/** How far a demo came. */
export interface Tally {
  readonly passed: number;
  readonly steps: number;
}

/**
 * Plays the steps one after the other. One that fails ends it: those after it stand on it.
 * @throws the reason of `signal`; failures of steps are shown and counted instead.
 */
export async function play<T>(
  steps: readonly Step<T>[],
  stage: T,
  screen: Screen,
  signal: AbortSignal,
): Promise<Tally> {
  let passed = 0;
  for (const [at, step] of steps.entries()) {
    await screen.scene(at + 1, steps.length, step.title, step.story);
    try {
      await step.run(stage);
    } catch (thrown) {
      signal.throwIfAborted();
      screen.failure(thrown instanceof NotSo ? thrown : notSoOf(thrown));
      break;
    }
    passed += 1;
  }
  return { passed, steps: steps.length };
}

/** The closing line; scripts read it. */
export function tallyLine(tally: Tally): string {
  return `demo: ${tally.passed} of ${tally.steps} steps passed`;
}

function notSoOf(thrown: unknown): NotSo {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new NotSo('the step could not be carried out', 'no error', error.message);
}
