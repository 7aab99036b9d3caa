import type { ArgumentSpec, OptionSpec } from './description.ts';

/** Arguments and options that several commands share. */

export const selectionArgument: ArgumentSpec = {
  usage: '[selection...]',
  description: 'APP or APP@ENVIRONMENT, several times; none means all',
  completion: { kind: 'application' },
};

export const applicationArgument: ArgumentSpec = {
  usage: '<application>',
  description: 'APP@ENVIRONMENT; APP is enough where it has one environment',
  completion: { kind: 'application' },
};

export const environmentOption: OptionSpec = {
  flags: '-e, --environment <name>',
  description: 'Only this environment',
  completion: { kind: 'environment' },
};

export const revisionOption: OptionSpec = {
  flags: '--revision <ref>',
  description:
    'A commit, branch or tag instead of the current revision; of several sources, in the one with the path',
};

export const noChecksOption: OptionSpec = {
  flags: '--no-checks',
  description: 'Start no program that a manifest names; commands are shown as not checked',
};

export const noHooksOption: OptionSpec = {
  flags: '--no-hooks',
  description: 'Where an application is removed: go on without its delete hooks',
};

export const yesOption: OptionSpec = {
  flags: '-y, --yes',
  description: 'Agree to the plan that is shown, deletes included, without being asked',
};

export const reasonOption: OptionSpec = {
  flags: '--reason <text>',
  description: 'Why; kept in the history',
};

export const takeOverOption: OptionSpec = {
  flags: '--take-over',
  description:
    'Act at once on what another installation released or after a restore, instead of only showing it',
};
