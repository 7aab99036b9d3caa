import { defineError } from '../model/error.ts';

export const storeCorrupt = defineError('store.corrupt', {
  class: 'input',
  title: 'The database is damaged',
  hint: 'Restore a backup with `fairlead restore`, or move the database file away: what is owned is recorded at the targets, so Fairlead rebuilds from there; only history and approvals are lost.',
});

export const schemaNewer = defineError('store.schema-newer', {
  class: 'input',
  title: 'The database was written by a newer Fairlead',
  hint: 'Run the newer Fairlead again, or restore a backup that this one made; nothing was changed.',
});

export const storeDiskFull = defineError('store.disk-full', {
  class: 'transient',
  title: 'There is no room to write the database',
  hint: 'Free some space on the disk that holds the state folder; nothing was half written and work goes on by itself.',
});

export const storeReadOnly = defineError('store.read-only', {
  class: 'denied',
  title: 'The database cannot be written',
  hint: 'Make the state folder writable for the user who runs Fairlead, or choose another one with --state-dir.',
});

export const storeBusy = defineError('store.busy', {
  class: 'transient',
  title: 'Another process holds the database for too long',
  hint: 'Wait until it has finished; `fairlead doctor` shows who uses the state folder.',
});

export const storeUnopenable = defineError('store.unopenable', {
  class: 'input',
  title: 'The database file cannot be opened',
  hint: 'Check that its folder exists and belongs to the user who runs Fairlead.',
});

export const storeIo = defineError('store.io-failed', {
  class: 'transient',
  title: 'Reading or writing the database failed',
  hint: 'Look at the disk and the file system that hold the state folder; nothing was half written.',
});

export const storeClosed = defineError('store.closed', {
  class: 'bug',
  title: 'The store was used after it was closed',
  hint: 'Report it; nothing was written.',
});

export const storeMisused = defineError('store.misused', {
  class: 'bug',
  title: 'A transaction was used outside its body or inside another one',
  hint: 'Report it; nothing was written.',
});

export const storeFailed = defineError('store.failed', {
  class: 'bug',
  title: 'The database refused a statement',
  hint: 'Report it with the output of `fairlead doctor`; the transaction was rolled back.',
});
