import { z } from 'zod';
import type { ResourceType } from '../client/resource-type.ts';
import type { GroupVersion } from './catalogue.ts';

/** What a list of this kind is asked for with; older servers answer with something else. */
export const aggregatedAccept = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

const list = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z
    .array(
      z.object({
        // The core group has no name.
        metadata: z.object({ name: z.string().optional() }).optional(),
        versions: z
          .array(
            z.object({
              version: z.string(),
              freshness: z.string().optional(),
              resources: z
                .array(
                  z.object({
                    resource: z.string(),
                    responseKind: z.object({ kind: z.string() }).optional(),
                    scope: z.string(),
                    verbs: z.array(z.string()).nullish(),
                    subresources: z.array(z.object({ subresource: z.string() })).nullish(),
                  }),
                )
                .nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/** All groups and kinds in one answer (`apidiscovery.k8s.io`); `null`: it is no such list. */
export function readAggregated(value: unknown): readonly GroupVersion[] | null {
  const parsed = list.safeParse(value);
  if (!parsed.success) return null;
  return (parsed.data.items ?? []).flatMap(({ metadata, versions }) => {
    const group = metadata?.name ?? '';
    return (versions ?? []).map(({ version, freshness, resources }): GroupVersion => ({
      group,
      version,
      isFresh: freshness !== 'Stale',
      types: (resources ?? []).flatMap(
        ({ resource, responseKind, scope, verbs, subresources }): readonly ResourceType[] =>
          // A resource that is there for its subresources alone.
          responseKind === undefined || responseKind.kind === ''
            ? []
            : [
                {
                  group,
                  version,
                  kind: responseKind.kind,
                  plural: resource,
                  namespaced: scope === 'Namespaced',
                  verbs: verbs ?? [],
                  subresources: (subresources ?? []).map(({ subresource }) => subresource),
                },
              ],
      ),
    }));
  });
}
