import { defineError } from '../model/error.ts';

export const usage = defineError('cli.usage', {
  class: 'input',
  title: 'The command line is wrong',
  hint: 'See `fairlead --help`.',
});

export const timedOut = defineError('cli.timeout', {
  class: 'transient',
  title: 'The command took longer than --timeout',
  hint: 'What was begun goes on; see `fairlead get`, or give it more time with --timeout.',
});

export const interrupted = defineError('cli.interrupted', {
  class: 'transient',
  title: 'The command was interrupted',
  hint: 'Run it again to carry on; what was in flight is read again first.',
});

export const needsPerson = defineError('cli.needs-person', {
  class: 'denied',
  title: 'A person has to agree, and there is nobody to ask',
  hint: 'Look at the plan, then run the `fairlead approve` command that is named, or repeat this one with --yes.',
});

export const noCheckout = defineError('cli.no-checkout', {
  class: 'input',
  title: 'There is no checkout with a Fairlead configuration here',
  hint: 'Change into one, name it with -C, write one with `fairlead init`, or start a controller with `fairlead up`.',
});

export const folderGone = defineError('cli.folder-gone', {
  class: 'input',
  title: 'The folder that the command was started in is not there any more',
  hint: 'Change into one that is there, or name one with -C.',
});

export const fileFailed = defineError('cli.file-failed', {
  class: 'input',
  title: 'A file could not be read or written',
  hint: 'Check the path and its permissions.',
});

export const outputFailed = defineError('cli.output-failed', {
  class: 'input',
  title: 'What the command has to say could not be written',
  hint: 'Make room where its output goes. What the command did is done; see `fairlead get`.',
});

export const uncommitted = defineError('cli.uncommitted-changes', {
  class: 'conflict',
  title: 'The folder holds changes that are not committed',
  hint: 'Commit or put away the changes, then try again.',
});

export const revertFailed = defineError('cli.revert-failed', {
  class: 'input',
  title: 'The way back could not be written to Git',
  hint: 'The rollback itself holds. Restore the folder with `git restore --source=COMMIT` and commit it by hand.',
});

export const fileExists = defineError('cli.file-exists', {
  class: 'conflict',
  title: 'A file is there already',
  hint: 'Name another file, or repeat the command with --force to overwrite it.',
});

export const referenceUnknown = defineError('cli.reference-not-found', {
  class: 'input',
  title: 'A name stands for no commit',
  hint: 'Give the digits of a commit, as `git rev-parse HEAD` prints them; inside a checkout also a branch or tag of it.',
});
