import { matches } from '../../../config/pattern.ts';
import type { Lookup, LookupResult } from '../../../model/cluster.ts';
import type { ProjectConfig } from '../../../model/config.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { apiVersionOf, parseApiVersion } from '../client/resource-type.ts';
import type { ResourceType } from '../client/resource-type.ts';

/**
 * Answers a template's `lookup` from the cluster, as far as the project may see it: its own namespaces, and Secrets only
 * where its `kinds` name them, because what a template is told stands in what it makes.
 */
export async function lookUp(
  client: KubernetesClient,
  type: ResourceType | null,
  lookup: Lookup,
  project: ProjectConfig | null,
): Promise<LookupResult> {
  const { namespace = '', name = '' } = lookup;
  const reason = refusal(lookup, type, project);
  if (reason !== null) return { kind: 'refused', reason };
  if (type === null) return { kind: 'found', object: null };
  if (name !== '') {
    const object = await client.get(type, { namespace, name });
    return { kind: 'found', object: object === null ? null : withoutManagers(object) };
  }
  const { items } = await client.list(type, namespace === '' ? {} : { namespace });
  const kind = `${type.kind}List`;
  const shown = items.map(withoutManagers);
  return { kind: 'found', object: { apiVersion: apiVersionOf(type), kind, items: shown } };
}

function refusal(
  { apiVersion, kind, namespace = '' }: Lookup,
  type: ResourceType | null,
  project: ProjectConfig | null,
): string | null {
  const { group } = parseApiVersion(apiVersion);
  const isNamed = project?.kinds.some((name) => name === kind || name === `${group}/${kind}`);
  const words = `project ${project?.name ?? 'default'}`;
  if (group === '' && kind === 'Secret' && isNamed !== true)
    return `${words} does not name Secret in its kinds`;
  const allowed = project?.namespaces ?? [];
  if (allowed.length === 0) return null;
  if (namespace !== '')
    return allowed.some((pattern) => matches(pattern, namespace))
      ? null
      : `${words} may not use namespace ${namespace}`;
  if (type?.namespaced === false && isNamed === true) return null;
  return `${words} is confined to namespaces`;
}

/** Who manages which field changes with every write, and is nothing that a chart is made from. */
function withoutManagers(object: KubeObject): JsonObject {
  const { managedFields: _managers, ...metadata } = object.metadata;
  return { ...object, metadata };
}
