import type { Manifest } from '../../../model/resource.ts';
import type { ResourceType } from '../client/resource-type.ts';
import { parseApiVersion } from '../client/resource-type.ts';
import { branch, objects, text } from '../object/reading.ts';

const verbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

/** Kinds that the application's own CustomResourceDefinitions bring, by `apiVersion kind`. */
export function ownKinds(manifests: readonly Manifest[]): ReadonlyMap<string, ResourceType> {
  const kinds = new Map<string, ResourceType>();
  for (const { apiVersion, kind, body } of manifests) {
    if (kind !== 'CustomResourceDefinition') continue;
    if (parseApiVersion(apiVersion).group !== 'apiextensions.k8s.io') continue;
    const spec = branch(body['spec']);
    const names = branch(spec['names']);
    const group = text(spec['group']);
    for (const version of objects(spec['versions'])) {
      if (version['served'] === false) continue;
      const name = text(version['name']);
      kinds.set(`${group}/${name} ${text(names['kind'])}`, {
        group,
        version: name,
        kind: text(names['kind']),
        plural: text(names['plural']),
        namespaced: spec['scope'] !== 'Cluster',
        verbs,
        subresources: [],
      });
    }
  }
  return kinds;
}
