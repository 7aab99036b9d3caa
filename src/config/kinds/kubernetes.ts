import { z } from 'zod';
import type { KubernetesConfig } from '../../model/config.ts';
import { uniqueNames } from './unique.ts';

const name = (description: string) =>
  z
    .string()
    .regex(/^[^\s/]{1,253}$/, 'must be a name without spaces or slashes')
    .meta({ description });

const ignoreDifference = z
  .strictObject({
    group: z
      .string()
      .regex(/^[a-z0-9.-]*$/, 'must be an API group such as "apps", empty for the core one')
      .optional()
      .meta({ description: 'API group. Default: any.' }),
    kind: name('Kind; `*` for any.'),
    namespace: name('Namespace. Default: any.').optional(),
    name: name('Name. Default: any.').optional(),
    jsonPointers: uniqueNames(
      z.string().regex(/^\/.+/, 'must be a JSON pointer such as /spec/replicas'),
    )
      .default([])
      .meta({ description: 'Fields by JSON pointer (RFC 6901).' }),
    managers: uniqueNames(name('A field manager.'))
      .default([])
      .meta({ description: 'All fields that these field managers hold at the cluster.' }),
  })
  .refine(({ jsonPointers, managers }) => jsonPointers.length + managers.length > 0, {
    error: 'names no field',
    params: { allowed: 'jsonPointers or managers' },
  });

/** Field `kubernetes`, before names are filled in. */
export const kubernetes = z.strictObject({
  namespace: z
    .string()
    .regex(/^[a-z0-9{](?:[a-z0-9{}-]{0,251}[a-z0-9}])?$/, 'must be the name of a namespace')
    .optional()
    .meta({
      description:
        'Namespace of what names none; `{environment}` and `{application}` allowed. Default: `helm.namespace`, else `default`.',
    }),
  syncOptions: uniqueNames(
    z.string().regex(/^[A-Za-z]+=[A-Za-z-]+$/, 'must be like CreateNamespace=true'),
  )
    .default([])
    .meta({
      description:
        "Argo CD's sync options for all resources: `CreateNamespace=true`, `Prune=false`, `Prune=confirm`, `PruneLast=true`, `Delete=false`, `Delete=confirm`, `Replace=true`, `Force=true`, `Validate=false`, `SkipDryRunOnMissingResource=true`, `PrunePropagationPolicy=foreground`. What is not followed is told as a warning. A resource's own annotation counts more.",
    }),
  ignoreDifferences: z.array(ignoreDifference).max(200, 'may hold at most 200').default([]).meta({
    description:
      'Fields that others may change: they are made as the source says, and left alone from then on.',
  }),
});

/**
 * What an application says about Kubernetes, as the engine has it.
 * @param release Namespace of its Helm release, where it names one.
 */
export function internalKubernetes(
  application: string,
  from: z.infer<typeof kubernetes>,
  release?: string,
): KubernetesConfig {
  const namespace = from.namespace ?? release;
  return {
    namespace: namespace?.replaceAll('{application}', application) ?? null,
    syncOptions: from.syncOptions,
    ignoreDifferences: from.ignoreDifferences.map((rule) => ({
      group: rule.group ?? null,
      kind: rule.kind,
      namespace: rule.namespace ?? null,
      name: rule.name ?? null,
      jsonPointers: rule.jsonPointers,
      managers: rule.managers,
    })),
  };
}
