import { defineError } from '../model/error.ts';

export const notApproved = defineError('apply.not-approved', {
  class: 'bug',
  title: 'A change was about to run that nobody approved',
  hint: 'It was stopped before it touched anything. Report it with the output of `fairlead doctor`.',
});

export const cancelled = defineError('apply.cancelled', {
  class: 'transient',
  title: 'The release was stopped before its end',
  hint: 'It goes on from where it is on the next start or sync; what was under way is read again first.',
});

export const heldMeanwhile = defineError('apply.held', {
  class: 'denied',
  title: 'A hold was set while the release was under way',
  hint: 'End the hold with `fairlead resume` when the target may change again.',
});

export const superseded = defineError('apply.superseded', {
  class: 'transient',
  title: 'Something newer came before a change was known to work',
  hint: 'Nothing to do: what is newer is planned and released at once, and its health is awaited.',
});

export const healthMissed = defineError('apply.health-missed', {
  class: 'transient',
  title: 'A change did not become healthy in time',
  hint: 'See why in `fairlead describe` and `fairlead logs`; raise timeouts.health if it only needs longer.',
});
