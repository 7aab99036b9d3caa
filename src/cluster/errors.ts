import { defineError } from '../model/error.ts';

export const programMissing = defineError('cluster.program-missing', {
  class: 'input',
  title: 'A program of the local Kubernetes control plane is not on this machine',
  hint: 'In a checkout, `npm run cluster -- build` makes it (needs Go); elsewhere name the folder that holds the programs with KUBEBUILDER_ASSETS.',
});

export const clusterFailed = defineError('cluster.failed', {
  class: 'transient',
  title: 'The local Kubernetes control plane did not start',
  hint: 'The message closes with what the program said last; try again.',
});

export const clusterExists = defineError('cluster.exists', {
  class: 'conflict',
  title: 'There is something in the folder of that local cluster already',
  hint: 'End it first, or choose another name.',
});
