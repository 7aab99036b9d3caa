import { defineError } from '../model/error.ts';

/** Errors that every driver uses, so that the engine can tell them apart without knowing the driver. */

export const preconditionFailed = defineError('target.precondition-failed', {
  class: 'conflict',
  title: 'The thing at the target is not the one that was planned for',
  hint: 'Plan again; somebody changed or replaced it since the plan was made.',
});

export const inventoryConflict = defineError('target.inventory-conflict', {
  class: 'conflict',
  title: 'Another controller wrote the inventory',
  hint: 'Make sure that one controller only manages this application; it is planned again from what is there.',
});

export const inventoryNewer = defineError('target.inventory-newer', {
  class: 'input',
  title: 'The inventory was written by a newer Fairlead',
  hint: 'Upgrade this Fairlead; it touches nothing of that application until then.',
});

export const inventoryUnreadable = defineError('target.inventory-unreadable', {
  class: 'input',
  title: 'The inventory is damaged',
  hint: 'Restore the file from a backup, or remove it to let Fairlead adopt what is there; nothing is deleted meanwhile.',
});

export const fencedOff = defineError('target.fenced-off', {
  class: 'conflict',
  title: 'A newer writer has taken over this application',
  hint: 'Nothing to do: this one stopped before its next effect.',
});

export const manifestInvalid = defineError('target.manifest-invalid', {
  class: 'input',
  title: 'A resource is not valid for its target',
  hint: 'Correct the field that is named; nothing of this application changes until then.',
});

export const kindUnknown = defineError('target.kind-unknown', {
  class: 'input',
  title: 'The target has no such kind of resource',
  hint: 'Check apiVersion and kind, and that the application goes to the right target.',
});

export const effectTimedOut = defineError('target.effect-timed-out', {
  class: 'unknown-outcome',
  title: 'A change was sent and its end was not seen in time',
  hint: 'It is read again before anything else is done; raise timeouts.apply if the change is slow by nature.',
});

export const claimTaken = defineError('target.claim-taken', {
  class: 'conflict',
  title: 'Another application owns this place',
  hint: 'Give the place to one application only: remove it from the other one, which gives it up as it is. A whole application that was renamed says so in previousNames.',
});

export const notPermitted = defineError('target.not-permitted', {
  class: 'denied',
  title: 'The project does not allow this',
  hint: 'Ask whoever keeps the project to allow it, or move the resource to a place that is allowed.',
});

export const driverUnknown = defineError('target.driver-unknown', {
  class: 'input',
  title: 'There is no such kind of target',
  hint: 'Correct the Target; `fairlead validate` names the kinds that there are.',
});
