import { defineError } from '../model/error.ts';

export const applicationNotFound = defineError('application.not-found', {
  class: 'input',
  title: 'There is no such application in that environment',
  hint: 'List them with `fairlead get applications`.',
});

export const releaseNotFound = defineError('release.not-found', {
  class: 'input',
  title: 'There is no such release',
  hint: 'List them with `fairlead history`.',
});

export const planNotFound = defineError('plan.not-found', {
  class: 'input',
  title: 'No waiting plan has this digest',
  hint: 'See which plans wait with `fairlead get applications`; a plan that changed has a new digest.',
});

export const planAmbiguous = defineError('plan.ambiguous', {
  class: 'input',
  title: 'More than one waiting plan begins with these digits',
  hint: 'Give more digits of the digest.',
});

export const quarantined = defineError('release.quarantined', {
  class: 'denied',
  title: 'This state was tried, failed, and is remembered as bad',
  hint: 'Commit a correction, or try the same again with `fairlead sync --retry`.',
});

export const awaitsDependency = defineError('release.awaits-dependency', {
  class: 'transient',
  title: 'An application that has to come first is not in sync and healthy',
  hint: 'See what is wrong with that one: `fairlead describe` and its name. A controller goes on by itself as soon as it is ready.',
});

export const sourceNotReady = defineError('source.not-ready', {
  class: 'transient',
  title: 'The source has not been fetched yet',
  hint: 'See `fairlead get sources`; the application goes on by itself as soon as the source can be read.',
});

export const notTakenYet = defineError('config.not-taken-yet', {
  class: 'transient',
  title:
    'The newest commit changes what may be done with the application, and its configuration is not in force yet',
  hint: 'It goes on by itself as soon as the configuration of that commit was read.',
});

export const documentBroken = defineError('config.document-broken', {
  class: 'input',
  title:
    'A document that asks for a person before anything goes live has a mistake, so its newest commits are not carried out unasked',
  hint: 'Mend it; `fairlead validate` names every mistake. Until then nothing new goes live by itself, and drift is healed.',
});

export const sourceUnknown = defineError('source.unknown', {
  class: 'input',
  title: 'There is no source of that name',
  hint: 'List them with `fairlead get sources`.',
});

export const targetUnavailable = defineError('target.unavailable', {
  class: 'transient',
  title: 'A target could not be opened',
  hint: 'See the cause; other targets go on.',
});

export const nothingToRollBackTo = defineError('release.nothing-before', {
  class: 'input',
  title: 'There is no earlier release to go back to',
  hint: 'Name a release or commit with --to; see `fairlead history`.',
});

export const notAllowedByProject = defineError('project.not-allowed', {
  class: 'denied',
  title: 'The project does not allow this',
  hint: 'Ask whoever keeps the project to allow it.',
});

export const logsUnsupported = defineError('target.no-logs', {
  class: 'input',
  title: 'This target keeps no output',
  hint: 'Look for the logs where the resource writes them.',
});

export const bundleUnsupported = defineError('source.bundle-unsupported', {
  class: 'input',
  title: 'This source takes no bundles',
  hint: 'Fetch the bundle into the repository itself: `git fetch FILE`.',
});

export const nothingToRotate = defineError('rotate.nothing', {
  class: 'input',
  title: 'An application that was never released has drawn nothing yet',
  hint: 'Release it first: `fairlead sync APP@ENVIRONMENT`.',
});

export const readOnlyRotate = defineError('rotate.read-only', {
  class: 'denied',
  title: 'Nothing can be rotated while nothing may be changed',
  hint: 'See what would be done, then confirm: `fairlead resume --all`.',
});

export const noHooksToLeaveOut = defineError('removal.no-hooks', {
  class: 'input',
  title: 'There is no delete hook to go on without',
  hint: 'Only what runs when an application is removed can be left out; the hooks of a release are left out in Git.',
});

export const projectGone = defineError('removal.project-gone', {
  class: 'denied',
  ofPlace: true,
  title: 'Nobody knows any more whom the project of a removed application acted as',
  hint: 'Put the Project document back until the application is gone; nothing is deleted before, as that would be done with other rights than it had.',
});

export const testNotFound = defineError('test.not-found', {
  class: 'input',
  title: 'The application has no tests',
  hint: 'Tests are objects with the annotation `helm.sh/hook: test`; see `helm create` for an example.',
});

export const testNotReleased = defineError('test.not-released', {
  class: 'input',
  title: 'There is nothing live to test',
  hint: 'Release it first: `fairlead sync APP@ENVIRONMENT`.',
});

export const testRefused = defineError('test.refused', {
  class: 'denied',
  title: 'Nothing may be run at the target now',
  hint: 'End the hold with `fairlead resume APP@ENVIRONMENT`, or let a read-only controller act with `fairlead resume --all`.',
});

export const testNeedsYes = defineError('test.needs-yes', {
  class: 'denied',
  title: 'Something that another tool has left would be deleted for a test',
  hint: 'Repeat the command with --yes to agree, or delete it yourself.',
});
