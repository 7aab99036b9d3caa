/** One kind that the server has, at the version it is spoken to in. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The name in URLs: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** What the server can do with it: `get`, `list`, `watch`, `create`, `patch`, `delete` … */
  readonly verbs: readonly string[];
  /** Names of its subresources: `status`, `scale`, `log`. */
  readonly subresources: readonly string[];
}

/** `apiVersion` as objects carry it. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Group and version of an `apiVersion`. */
export function parseApiVersion(apiVersion: string): {
  readonly group: string;
  readonly version: string;
} {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The path of a collection, or of one object in it, and of a subresource of that. */
export function pathOf(
  type: Pick<ResourceType, 'group' | 'version' | 'plural' | 'namespaced'>,
  namespace: string,
  name = '',
  subresource = '',
): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const within =
    type.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const rest = [name, subresource].filter((part) => part !== '').map(encodeURIComponent);
  return [`${root}${within}/${type.plural}`, ...rest].join('/');
}
