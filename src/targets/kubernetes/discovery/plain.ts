import { z } from 'zod';
import type { ResourceType } from '../client/resource-type.ts';
import { parseApiVersion } from '../client/resource-type.ts';
import type { GroupVersion } from './catalogue.ts';

/** `/api` of servers that know no aggregated discovery. */
const versionList = z.object({ kind: z.literal('APIVersions'), versions: z.array(z.string()) });

/** `/apis` of the same. */
const groupList = z.object({
  kind: z.literal('APIGroupList'),
  groups: z.array(
    z.object({
      name: z.string(),
      versions: z.array(z.object({ version: z.string() })),
      preferredVersion: z.object({ version: z.string() }).optional(),
    }),
  ),
});

const resourceList = z.object({
  kind: z.literal('APIResourceList'),
  groupVersion: z.string(),
  resources: z
    .array(
      z.object({
        name: z.string(),
        kind: z.string(),
        namespaced: z.boolean(),
        verbs: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});

/** A version of a group of APIs; the core group has the empty name. */
export interface NamedVersion {
  readonly group: string;
  readonly version: string;
}

/** Versions of `/api`, the preferred ones first; `null`: it is no such list. */
export function readVersions(value: unknown): readonly NamedVersion[] | null {
  const parsed = versionList.safeParse(value);
  return parsed.success ? parsed.data.versions.map((version) => ({ group: '', version })) : null;
}

/** Group versions of `/apis`, of each group the preferred one first; `null`: it is no such list. */
export function readGroups(value: unknown): readonly NamedVersion[] | null {
  const parsed = groupList.safeParse(value);
  if (!parsed.success) return null;
  return parsed.data.groups.flatMap(({ name, versions, preferredVersion }) =>
    versions
      .map(({ version }) => version)
      .toSorted(
        (left, right) =>
          Number(right === preferredVersion?.version) - Number(left === preferredVersion?.version),
      )
      .map((version) => ({ group: name, version })),
  );
}

/** What one group version serves; `null`: it is no such list. */
export function readResources(value: unknown): GroupVersion | null {
  const parsed = resourceList.safeParse(value);
  if (!parsed.success) return null;
  const { group, version } = parseApiVersion(parsed.data.groupVersion);
  const resources = parsed.data.resources ?? [];
  const types = resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }): ResourceType => ({
      group,
      version,
      kind,
      plural: name,
      namespaced,
      verbs: verbs ?? [],
      subresources: resources.flatMap((other) =>
        other.name.startsWith(`${name}/`) ? [other.name.slice(name.length + 1)] : [],
      ),
    }));
  return { group, version, isFresh: true, types };
}
