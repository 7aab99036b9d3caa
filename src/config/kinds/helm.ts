import { z } from 'zod';
import type { HelmConfig } from '../../model/config.ts';
import { pathFault } from '../application-path.ts';
import { uniqueNames } from './unique.ts';

/** A file, relative to the application's folder or, with a leading slash, from the root of the repository. */
const valuesFile = z
  .string()
  .check((context) => {
    const { value } = context;
    // It may leave the application's folder; whether it stays in the repository is seen when it is read.
    const inside = value.replace(/^\//, '').replaceAll(/(?:^|(?<=\/))\.\.(?=\/)/g, '.');
    const fault = pathFault(inside);
    if (fault === null) return;
    context.issues.push({
      code: 'custom',
      input: value,
      message: inside === '' ? 'is empty' : fault.message,
      params: { allowed: 'a file such as "values-{environment}.yaml" or "/shared/values.yaml"' },
    });
  })
  .meta({ description: 'A file with values; `{environment}` and `{application}` allowed.' });

/** Names with placeholders: what they come to is checked when it is rendered. */
const named = (description: string) =>
  z
    .string()
    .regex(/^[a-z0-9.{}-]{1,253}$/, 'must be lower-case letters, digits, dashes and dots')
    .meta({ description });

/** The values as they stand in the file: anything that YAML and JSON can say. */
const values = z.record(z.string(), z.json());

/** Field `helm`, before names are filled in and defaults that depend on other fields are known. */
export const helm = z.strictObject({
  releaseName: named(
    'What templates know as `.Release.Name`; `{environment}` allowed. Default: the name of the application.',
  ).optional(),
  namespace: named(
    'What templates know as `.Release.Namespace`; `{environment}` and `{application}` allowed. Default: `kubernetes.namespace`, else `default`.',
  ).optional(),
  valuesFiles: uniqueNames(valuesFile).default([]).meta({
    description:
      "Laid over the chart's own values, later ones over earlier ones. Relative to the application's folder; from the root of the repository with a leading `/`.",
  }),
  ignoreMissingValuesFiles: z
    .boolean()
    .default(false)
    .meta({ description: 'Leave out values files that are not there.' }),
  values: values.default({}).meta({ description: 'Values that count more than all files.' }),
  crds: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the chart's `crds/` folder is part of the application." }),
  tests: z.boolean().default(false).meta({
    description:
      'Whether the tests of the chart run at the end of each release that changes something; one that fails makes the release fail.',
  }),
  kubeVersion: z
    .string()
    .regex(/^v?\d+\.\d+(?:\.\d+)?$/, 'must be a version such as 1.36')
    .optional()
    .meta({
      description:
        'What charts know as `.Capabilities.KubeVersion`. Default: that of the cluster, else what the Helm engine knows.',
    }),
  apiVersions: uniqueNames(
    z.string().regex(/^[\w.-]+(?:\/[\w.-]+){0,2}$/, 'must be like monitoring.coreos.com/v1'),
  )
    .default([])
    .meta({
      description:
        'What charts find in `.Capabilities.APIVersions` beside those of the cluster, or without one the built-in ones, as `monitoring.coreos.com/v1` or with a kind.',
    }),
});

/** @param namespace Where what names no namespace goes. */
export function internalHelm(
  application: string,
  from: z.infer<typeof helm>,
  namespace: string | null = null,
): HelmConfig {
  const named = (text: string): string => text.replaceAll('{application}', application);
  return {
    releaseName: named(from.releaseName ?? application),
    namespace: named(from.namespace ?? namespace ?? 'default'),
    valuesFiles: from.valuesFiles.map(named),
    ignoreMissingValuesFiles: from.ignoreMissingValuesFiles,
    values: from.values,
    crds: from.crds,
    tests: from.tests,
    kubeVersion: from.kubeVersion ?? null,
    apiVersions: from.apiVersions,
  };
}
