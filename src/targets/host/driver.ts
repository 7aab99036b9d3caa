import type { TargetDriver } from '../driver.ts';
import { hostProposal } from './proposal.ts';
import { hostSettings } from './settings.ts';

/** The driver `host`; the target itself is loaded when one is opened. */
export const hostDriver: TargetDriver = {
  name: 'host',
  description:
    'The machine that the controller runs on: files, directories, commands and processes.',
  settings: hostSettings,
  open: async (options) => (await import('./host-target.ts')).createHostTarget(options),
  proposal: hostProposal,
};
