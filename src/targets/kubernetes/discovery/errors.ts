import { defineError } from '../../../model/error.ts';

export const groupUnavailable = defineError('kubernetes.group-unavailable', {
  class: 'transient',
  title: 'An aggregated API does not answer, so that its kinds are not known',
  hint: 'See `kubectl get apiservices`: one that is not Available must be mended or removed.',
});

export const notReady = defineError('kubernetes.not-ready', {
  class: 'transient',
  ofPlace: true,
  title: 'The API server is starting, or not well, and does not say all that it has',
  hint: 'Nothing to do while it starts: it is asked again by itself. If it lasts, see `kubectl get --raw /readyz?verbose`.',
});
