import type { ResourceType } from './client/resource-type.ts';

/** Who Fairlead is to an API server: the field manager of all that it applies. */
export const fieldManager = 'fairlead';

/**
 * The label that all applied objects carry, with the value `true`. It only narrows what is watched: ownership is the
 * inventory and the UID, never a label.
 */
export const managedLabel = 'fairlead.dev/managed';

/** What watches of applied objects select. */
export const managedSelector = `${managedLabel}=true`;

/** Kinds that every server has; nobody needs to be asked for them. */
export const namespaceType: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  subresources: ['finalize', 'status'],
};

/** Secrets, as every cluster serves them. */
export const secretType: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  subresources: [],
};
