import type { TargetDriver } from '../driver.ts';
import { kubernetesProposal } from './proposal.ts';
import { kubernetesSettings } from './settings.ts';

export const kubernetesDriver: TargetDriver = {
  name: 'kubernetes',
  description: 'A Kubernetes cluster.',
  settings: kubernetesSettings,
  open: async (options) => (await import('./kubernetes-target.ts')).createKubernetesTarget(options),
  proposal: kubernetesProposal,
};
