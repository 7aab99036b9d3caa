import { defineError } from '../../model/error.ts';

/** Errors of the target itself; those of the API server stand in `client/errors.ts`. */

export const fieldHeld = defineError('kubernetes.field-held', {
  class: 'conflict',
  title: 'Somebody else keeps a field that the release would write',
  hint: 'It is planned again, with the fields named; approve that plan to take them over, or leave them out of the source.',
});

export const deleteBlocked = defineError('kubernetes.delete-blocked', {
  class: 'transient',
  title: 'An object is being deleted and does not go',
  hint: 'See why who is named does not finish (finalizers are never removed by Fairlead); raise timeouts.apply if it only needs longer.',
});

export const kindMissing = defineError('kubernetes.kind-missing', {
  class: 'transient',
  title: 'The cluster has no such kind',
  hint: 'Check apiVersion and kind, or install what defines it: it is looked for again by itself.',
});

export const namespaceMissing = defineError('kubernetes.namespace-missing', {
  class: 'input',
  ofPlace: true,
  title: 'The namespace is not there',
  hint: 'Add the Namespace to the source, or set the sync option CreateNamespace=true; it is tried again by itself.',
});

export const namespaceTerminating = defineError('kubernetes.namespace-terminating', {
  class: 'transient',
  title: 'The namespace is being deleted',
  hint: 'Wait until it is gone, or see what holds it up; nothing can be made in it meanwhile.',
});

export const notEstablished = defineError('kubernetes.not-established', {
  class: 'transient',
  title: 'A CustomResourceDefinition does not come into force',
  hint: 'See its conditions (NamesAccepted, Established); resources of its kind wait for it.',
});

export const hookFailed = defineError('kubernetes.hook-failed', {
  class: 'input',
  title: 'A hook ended without success',
  hint: 'See its output with `fairlead logs`; correct it and release again.',
});

export const hookNameTaken = defineError('kubernetes.hook-name-taken', {
  class: 'input',
  ofPlace: true,
  title: 'Something else has the name of a hook',
  hint: 'Give the hook another name, or delete what is there, if nobody needs it; it is looked at again by itself.',
});
