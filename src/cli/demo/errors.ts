import { defineError } from '../../model/error.ts';

export const demoToolMissing = defineError('demo.tool-missing', {
  class: 'input',
  title: 'The demo lacks something on this machine',
  hint: 'Install Git (https://git-scm.com) and try again.',
});

export const demoBroken = defineError('demo.broken', {
  class: 'transient',
  title: 'Something that the demo stands on did not work',
  hint: 'Run it again with --keep and look at controller.log in its folder.',
});

export const demoNotFound = defineError('demo.not-found', {
  class: 'input',
  title: 'There is no demo in that folder',
  hint: 'Give the folder that `fairlead demo --keep` named.',
});

export const demoClusterMissing = defineError('demo.cluster-missing', {
  class: 'input',
  title: 'The demo has no Kubernetes control plane to play on',
  hint: 'Install Go (https://go.dev/dl) and run `npm run demo -- --kubernetes` in a checkout, with a way to the Go modules; or name a folder that holds etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok and kubectl with KUBEBUILDER_ASSETS. `fairlead demo` alone needs Git and nothing else.',
});
