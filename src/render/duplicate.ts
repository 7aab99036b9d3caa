import type { FairleadError } from '../model/error.ts';
import { isJsonObject } from '../model/json.ts';
import { resourceKey } from '../model/resource.ts';
import type { Manifest, Origin } from '../model/resource.ts';
import { duplicateResource } from './errors.ts';

/** Names two manifests that declare the same resource; `null` when there are none. */
export function findDuplicate(manifests: readonly Manifest[]): FairleadError | null {
  const seen = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const { apiVersion, kind, namespace, name, body, origin } = manifest;
    // It gets a name of its own from the target.
    if (isJsonObject(body['metadata']) && body['metadata']['name'] === undefined) continue;
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const key = resourceKey({ group, kind, namespace, name });
    const first = seen.get(key);
    if (first !== undefined) {
      return duplicateResource({
        message: `${kind}/${name} is declared at ${place(first.origin)} and ${place(origin)}.`,
        resource: `${kind}/${name}`,
      });
    }
    seen.set(key, manifest);
  }
  return null;
}

function place({ file, line }: Origin): string {
  return line === undefined ? file : `${file}:${line}`;
}
