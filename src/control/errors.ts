import { defineError } from '../model/error.ts';

export const unreachable = defineError('control.unreachable', {
  class: 'transient',
  title: 'No controller answers',
  hint: 'Start one with `fairlead up`; where one runs, name its state folder with --state-dir or FAIRLEAD_STATE_DIR.',
});

export const connectionLost = defineError('control.connection-lost', {
  class: 'unknown-outcome',
  title: 'The controller went away before it answered',
  hint: 'See with `fairlead get` what came of the request; what was begun is read again when a controller starts.',
});

export const notYours = defineError('control.not-permitted', {
  class: 'denied',
  title: 'The controller belongs to another user',
  hint: 'Run this as the user who runs the controller, or name your own state folder with --state-dir.',
});

export const invalidRequest = defineError('control.invalid-request', {
  class: 'input',
  title: 'The controller does not understand the request',
  hint: 'Run the same version of Fairlead as the controller (`fairlead version` shows both).',
});

export const unknownMethod = defineError('control.unknown-method', {
  class: 'input',
  title: 'The controller has no such method',
  hint: 'Run the same version of Fairlead as the controller (`fairlead version` shows both).',
});

export const requestTooLarge = defineError('control.request-too-large', {
  class: 'input',
  title: 'The request is larger than the controller takes',
  hint: 'Shorten it; no request of Fairlead itself comes near 1 MiB.',
});

export const badAnswer = defineError('control.bad-answer', {
  class: 'bug',
  title: 'The answer is not one that a controller gives',
  hint: 'See which program listens on the socket, and run the same version of Fairlead as the controller.',
});

export const socketInUse = defineError('control.socket-in-use', {
  class: 'conflict',
  title: 'The socket cannot be listened on',
  hint: 'End the controller that holds this state folder, or give this one its own with --state-dir.',
});
