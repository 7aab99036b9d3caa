import { defineError } from '../model/error.ts';

export const stateUnusable = defineError('state.unusable', {
  class: 'input',
  title: 'The state folder cannot be used',
  hint: 'Make it a folder that only this user can write, or name another one with --state-dir.',
});

export const stateNotYours = defineError('state.not-permitted', {
  class: 'denied',
  title: 'The state folder belongs to another user',
  hint: 'Run this as the user who runs the controller, or name your own state folder with --state-dir.',
});

export const stateLocked = defineError('state.locked', {
  class: 'conflict',
  title: 'Another Fairlead works on this state folder',
  hint: 'If it is the controller, ask it with --server; else let it end first.',
});

export const keysMissing = defineError('state.keys-missing', {
  class: 'input',
  title: 'The keys of this installation are gone, but its database is there',
  hint: 'Bring keys.json back with `fairlead restore`; or move fairlead.db away as well to begin a new installation, which starts read-only. Leave inventories where they are.',
});

export const keysUnreadable = defineError('state.keys-unreadable', {
  class: 'input',
  title: 'The keys of this installation cannot be read',
  hint: 'Bring keys.json back with `fairlead restore`; Fairlead never makes new keys over damaged ones.',
});

export const backupInvalid = defineError('state.backup-invalid', {
  class: 'input',
  title: 'The file is not a whole backup of Fairlead',
  hint: 'Name a file that `fairlead backup` wrote; if it was cut short or damaged, take an older one.',
});

export const backupExists = defineError('state.backup-exists', {
  class: 'input',
  title: 'There is a file of that name already',
  hint: 'Name another file, or move the old one away.',
});

export const stateNotEmpty = defineError('state.not-empty', {
  class: 'input',
  title: 'The state folder holds an installation already',
  hint: 'Name an empty folder with --state-dir, or add --replace: the old state is then moved aside, not deleted.',
});

export const nothingToBackUp = defineError('state.nothing-to-back-up', {
  class: 'input',
  title: 'The state folder holds no installation',
  hint: 'Name the folder of the controller with --state-dir; `fairlead up` shows it when it starts.',
});
