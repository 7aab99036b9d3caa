import { defineError } from '../../../src/model/error.ts';

/** How the target model fails; the classes are those that real drivers give. */

export const placeDown = defineError('sim.place-down', {
  class: 'transient',
  title: 'The target does not answer',
  hint: 'Wait.',
});

export const placeFull = defineError('sim.place-full', {
  class: 'transient',
  title: 'There is no room at the target',
  hint: 'Wait.',
});

export const answerLost = defineError('sim.answer-lost', {
  class: 'unknown-outcome',
  title: 'The answer of the target was lost',
  hint: 'Look again.',
});

export const denied = defineError('sim.denied', {
  class: 'denied',
  title: 'The target refuses the change',
  hint: 'Wait.',
});

export const secretMoved = defineError('sim.secret-moved', {
  class: 'conflict',
  title: 'A secret is not the one that was planned with',
  hint: 'Plan again.',
});

export const commandFailed = defineError('sim.command-failed', {
  class: 'input',
  title: 'A command ended without success',
  hint: 'Correct it.',
});
