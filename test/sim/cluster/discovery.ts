import type { JsonObject } from '../../../src/model/json.ts';
import type { Cluster } from './cluster.ts';
import type { Kind } from './kind.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** What the server says about itself: its version and its kinds. `null`: that was not asked. */
export function discovery(cluster: Cluster, { path }: ApiRequest): ApiAnswer | null {
  switch (path.split('?')[0]) {
    case '/version':
      return { status: 200, body: { major: '1', minor: '36', gitVersion: 'v1.36.3' } };
    case '/readyz':
      return { status: 200, body: {} };
    // Objects are checked when they are written, not by what documents say.
    case '/openapi/v3':
      return { status: 200, body: { paths: {} } };
    case '/api':
      return { status: 200, body: listOf(cluster, (group) => group === '') };
    case '/apis':
      return { status: 200, body: listOf(cluster, (group) => group !== '') };
    default:
      return null;
  }
}

function listOf(cluster: Cluster, fits: (group: string) => boolean): JsonObject {
  const kinds = cluster.served.filter(({ group }) => fits(group));
  const groups = Map.groupBy(kinds, ({ group }) => group);
  for (const stale of cluster.stale)
    if (fits(stale.split('/')[0] ?? '') && !groups.has(stale.split('/')[0] ?? ''))
      groups.set(stale.split('/')[0] ?? '', []);
  const items = [...groups].map(([group, own]): JsonObject => {
    const named = [...Map.groupBy(own, ({ version }) => version)].toSorted(([one], [other]) =>
      one > other ? -1 : 1,
    );
    const hidden = [...cluster.stale].filter((one) => one.startsWith(`${group}/`));
    const names = new Set(named.map(([version]) => `${group}/${version}`));
    const missing = hidden.filter((one) => !names.has(one));
    return {
      metadata: group === '' ? {} : { name: group },
      versions: [
        ...named.map(([version, kinds]) => ({
          version,
          ...(cluster.stale.has(`${group}/${version}`)
            ? { freshness: 'Stale' }
            : { freshness: 'Current', resources: kinds.map(resource) }),
        })),
        ...missing.map((one) => ({ version: one.split('/')[1] ?? '', freshness: 'Stale' })),
      ],
    };
  });
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items,
  };
}

function resource({ group, version, kind, plural, namespaced, hasStatus }: Kind): JsonObject {
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.toLowerCase(),
    verbs,
    ...(hasStatus ? { subresources: [{ subresource: 'status', verbs: ['get', 'patch'] }] } : {}),
  };
}
