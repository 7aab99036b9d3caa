import type { ArgumentSpec, OptionSpec } from './description.ts';

/** Arguments and options that several commands share. */

/** For commands that take several applications, or all. */
export const selectionArgument: ArgumentSpec = {
  usage: '[selection...]',
  description: 'APP or APP@ENVIRONMENT, several times; none means all',
  completion: { kind: 'application' },
};

/** For commands that take exactly one application in one environment. */
export const applicationArgument: ArgumentSpec = {
  usage: '<application>',
  description: 'APP@ENVIRONMENT; APP is enough where it has one environment',
  completion: { kind: 'application' },
};

/** Narrows whatever a name stands for, and completes a name without `@`. */
export const environmentOption: OptionSpec = {
  flags: '-e, --environment <name>',
  description: 'Only this environment',
  completion: { kind: 'environment' },
};

/** For commands that show something, never for those that act. */
export const revisionOption: OptionSpec = {
  flags: '--revision <ref>',
  description:
    'A commit, branch or tag instead of the current revision; of several sources, in the one with the path',
};

/** Commander makes it the option `checks`, which is true unless this is given. */
export const noChecksOption: OptionSpec = {
  flags: '--no-checks',
  description: 'Start no program that a manifest names; commands are shown as not checked',
};

/** Commander makes it the option `hooks`, which is true unless this is given. */
export const noHooksOption: OptionSpec = {
  flags: '--no-hooks',
  description: 'Where an application is removed: go on without its delete hooks',
};

/** A yes to what is shown, and to nothing that comes after it. */
export const yesOption: OptionSpec = {
  flags: '-y, --yes',
  description: 'Agree to the plan that is shown, deletes included, without being asked',
};

/** For commands whose why goes into the history. */
export const reasonOption: OptionSpec = {
  flags: '--reason <text>',
  description: 'Why; kept in the history',
};

/** A person's word that no other installation acts there any more; see the inventory's `installation`. */
export const takeOverOption: OptionSpec = {
  flags: '--take-over',
  description:
    'Act at once on what another installation released or after a restore, instead of only showing it',
};
