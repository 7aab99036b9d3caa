import { defineError } from '../../../model/error.ts';

/** Why a call to an API server failed. `failure.ts` has what the server said beside it. */

export const unauthorized = defineError('kubernetes.unauthorized', {
  class: 'denied',
  ofPlace: true,
  title: 'The API server does not know who is asking',
  hint: 'Renew the credentials of the kubeconfig or service account that the Target names; `kubectl auth whoami` shows who they are for.',
});

export const forbidden = defineError('kubernetes.forbidden', {
  class: 'denied',
  ofPlace: true,
  title: 'The API server does not permit this',
  hint: 'Give the user or service account the right that is named (a Role or ClusterRole and its binding); it is tried again by itself.',
});

export const quotaExceeded = defineError('kubernetes.quota-exceeded', {
  class: 'denied',
  ofPlace: true,
  title: 'A quota of the namespace is used up',
  hint: 'Raise the ResourceQuota that is named, or make room; it is tried again by itself.',
});

export const admissionRefused = defineError('kubernetes.admission-refused', {
  class: 'input',
  title: 'A policy of the cluster does not admit the object as it is written',
  hint: 'Correct what the policy that is named asks for, or ask whoever keeps it for an exception.',
});

export const notFound = defineError('kubernetes.not-found', {
  class: 'conflict',
  title: 'The API server has no such object',
  hint: 'Plan again; it was removed, or its namespace is not there.',
});

export const kindGone = defineError('kubernetes.kind-gone', {
  class: 'conflict',
  title: 'The API server does not serve this kind at this version any more',
  hint: 'Plan again; its CustomResourceDefinition was removed or its API version has ended.',
});

export const alreadyExists = defineError('kubernetes.already-exists', {
  class: 'conflict',
  title: 'An object of this name is there already',
  hint: 'Plan again; it is adopted or named as a conflict then.',
});

export const applyConflict = defineError('kubernetes.apply-conflict', {
  class: 'conflict',
  title: 'Other field managers own what was to be written',
  hint: 'Leave the fields that are named to them, or take them over.',
});

export const versionConflict = defineError('kubernetes.version-conflict', {
  class: 'conflict',
  title: 'The object was changed since it was read',
  hint: 'Nothing to do: it is read and planned again.',
});

export const objectInvalid = defineError('kubernetes.invalid', {
  class: 'input',
  title: 'The API server refuses the object as it is written',
  hint: 'Correct the fields that are named.',
});

export const badRequest = defineError('kubernetes.bad-request', {
  class: 'input',
  title: 'The API server cannot read the request',
  hint: 'Correct what the server names: an unknown field, a wrong type, a version that it does not have.',
});

export const tooLarge = defineError('kubernetes.too-large', {
  class: 'input',
  title: 'The object is larger than the API server takes',
  hint: 'Make it smaller: about 1 MiB for a ConfigMap or Secret, 1.5 MiB for any object.',
});

export const answerTooLarge = defineError('kubernetes.answer-too-large', {
  class: 'input',
  title: 'The API server answered with more than Fairlead takes',
  hint: 'Look at the object that is named: nothing sound is as large.',
});

export const tooManyRequests = defineError('kubernetes.too-many-requests', {
  class: 'transient',
  title: 'The API server has too much to do',
  hint: 'Nothing to do: it is tried again by itself. If it lasts, see its priority levels and flow schemas.',
});

export const expired = defineError('kubernetes.expired', {
  class: 'transient',
  title: 'The state that was asked for is no longer kept',
  hint: 'Nothing to do: it is listed again.',
});

export const watchSilent = defineError('kubernetes.watch-silent', {
  class: 'transient',
  title: 'A watch brings nothing any more, not even the bookmarks that a server sends every minute',
  hint: 'Nothing to do: everything is listed anew. If it lasts, see what stands between, and whether the cluster was restored from a backup.',
});

export const unavailable = defineError('kubernetes.unavailable', {
  class: 'transient',
  title: 'The API server cannot be reached or is not well',
  hint: 'Check its address, the network between and its own log; it is tried again by itself.',
});

export const certificateInvalid = defineError('kubernetes.certificate-invalid', {
  class: 'input',
  title: 'The certificate of the API server is not trusted',
  hint: 'Set certificate-authority (or tls-server-name) of the cluster in the kubeconfig to what its certificate was made with.',
});

export const timedOut = defineError('kubernetes.timed-out', {
  class: 'transient',
  title: 'The API server did not answer in time',
  hint: 'It is tried again by itself; raise spec.kubernetes.requestTimeout of the Target where the network is slow by nature.',
});

export const outcomeUnknown = defineError('kubernetes.outcome-unknown', {
  class: 'unknown-outcome',
  title: 'A write was sent and its answer was lost',
  hint: 'Nothing to do: the object is read again before anything else is done with it.',
});

export const refused = defineError('kubernetes.refused', {
  class: 'input',
  title: 'The API server refuses the request',
  hint: 'Read what the server says; an admission webhook or policy may be named in it.',
});

export const answerInvalid = defineError('kubernetes.answer-invalid', {
  class: 'transient',
  title: 'What answers is no Kubernetes API server, or is not well',
  hint: 'Check the server address of the kubeconfig and any proxy between.',
});

export const serverError = defineError('kubernetes.server-error', {
  class: 'transient',
  title: 'Something failed inside the API server',
  hint: 'Read what it says: a webhook, a conversion or its storage may be down; it is tried again by itself.',
});

export const identityEmpty = defineError('kubernetes.identity-empty', {
  class: 'bug',
  title: 'A request under no identity was about to be made',
  hint: 'Report it; nothing was sent.',
});
