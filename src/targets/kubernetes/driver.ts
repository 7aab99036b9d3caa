import type { TargetDriver } from '../driver.ts';
import { kubernetesProposal } from './proposal.ts';
import { kubernetesSettings } from './settings.ts';

/** The driver `kubernetes`; the target itself is loaded when one is opened. */
export const kubernetesDriver: TargetDriver = {
  name: 'kubernetes',
  description: 'A Kubernetes cluster.',
  settings: kubernetesSettings,
  open: async (options) => (await import('./kubernetes-target.ts')).createKubernetesTarget(options),
  proposal: kubernetesProposal,
};
