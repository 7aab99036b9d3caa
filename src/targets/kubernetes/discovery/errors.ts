import { defineError } from '../../../model/error.ts';

export const groupUnavailable = defineError('kubernetes.group-unavailable', {
  class: 'transient',
  title: 'An aggregated API does not answer, so that its kinds are not known',
  hint: 'See `kubectl get apiservices`: one that is not Available must be mended or removed.',
});
