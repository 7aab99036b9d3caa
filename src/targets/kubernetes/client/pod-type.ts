import type { ResourceType } from './resource-type.ts';

/** Pods, which every cluster has: nobody need be asked. */
export const podType: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  subresources: ['log', 'status'],
};
