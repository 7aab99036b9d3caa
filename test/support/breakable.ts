import type { FairleadError } from '../../src/model/error.ts';
import type { ApplyEffect, Effect, Target } from '../../src/targets/target.ts';

/** Calls of a target that a test lets fail, and lets go well again. */
interface Breakable {
  /** What they fail with. `null`, as at first: nothing is broken. */
  error: FairleadError | null;
  /** Puts the fault before a target. */
  readonly around: (target: Target) => Target;
}

interface Break {
  /** Which effects it concerns. Default: all. */
  readonly concerns?: (effect: Effect) => boolean;
  /** Whether the effect takes place, so that only its answer is lost. Default false. */
  readonly isDone?: boolean;
}

/** Breaks one kind of call. */
export function breakable(
  call: 'apply' | 'remove',
  { concerns = () => true, isDone = false }: Break = {},
): Breakable {
  const fault: Breakable = {
    error: null,
    around: (target) => ({
      ...target,
      [call]: async (effect: ApplyEffect) => {
        const { error } = fault;
        if (error === null || !concerns(effect)) return target[call](effect);
        if (isDone) await target[call](effect);
        throw error;
      },
    }),
  };
  return fault;
}
