import { z } from 'zod';
import type { ApplicationConfig } from '../../model/config.ts';
import { applicationPathSchema } from '../application-path.ts';
import { duration } from '../duration.ts';
import { documentName } from '../name.ts';
import { syncPolicy } from './environment.ts';
import { directory, marks, substitute } from './finish.ts';
import { helm, internalHelm } from './helm.ts';
import { healthCheck, internalHealthCheck } from './health-check.ts';
import { internalKubernetes, kubernetes } from './kubernetes.ts';
import { defineKind } from './kind.ts';
import { uniqueNames } from './unique.ts';

const hour = 3_600_000;
const day = 24 * hour;

const backoff = z
  .strictObject({
    initial: duration({ minMs: 10, maxMs: hour })
      .prefault('1s')
      .meta({ description: 'Wait before the second attempt.' }),
    factor: z
      .number()
      .min(1, 'must be at least 1')
      .max(10, 'must be at most 10')
      .default(2)
      .meta({ description: 'Each wait is this many times the one before.' }),
    max: duration({ minMs: 10, maxMs: day }).prefault('5m').meta({ description: 'Longest wait.' }),
  })
  .refine(({ initial, max }) => initial <= max, {
    path: ['max'],
    error: 'is shorter than the first wait',
    params: { allowed: 'at least `initial`' },
  });

const retry = z.strictObject({
  limit: z
    .int('must be a whole number')
    .min(0, 'must not be negative')
    .max(1_000_000, 'is too high')
    .nullable()
    .default(null)
    .meta({
      description:
        'Attempts after the first before the application waits for a change. Default: no limit.',
    }),
  backoff: backoff.prefault({}).meta({ description: 'How long to wait between attempts.' }),
});

const timeouts = z.strictObject({
  render: duration({ minMs: 100, maxMs: hour })
    .prefault('10s')
    .meta({ description: 'One render.' }),
  apply: duration({ minMs: 100, maxMs: day })
    .prefault('60s')
    .meta({ description: 'One change at the target.' }),
  health: duration({ minMs: 100, maxMs: day })
    .prefault('60s')
    .meta({ description: 'From the end of a wave until all of it must be healthy.' }),
});

const spec = z
  .strictObject({
    path: applicationPathSchema.meta({
      description:
        'Folder in the source; `{environment}` and `{application}` stand for their names.',
      examples: ['apps/web', 'apps/web/{environment}'],
    }),
    source: documentName(
      'Name of a Source. Default: the repository that holds this file.',
    ).optional(),
    sources: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z][\w-]{0,62}$/, 'must be letters, digits, dashes and underscores'),
        z.strictObject({
          source: documentName(
            'Name of a Source. Default: the repository that holds this file.',
          ).optional(),
        }),
      )
      .optional()
      .meta({
        description:
          'Further sources, by a name of your own; paths reach into them as `$name/…`: a chart from one, its values from another.',
      }),
    environments: uniqueNames(documentName('Name of an Environment.'))
      .min(1, 'needs at least one environment')
      .meta({ description: 'Where it runs.' }),
    project: documentName('Name of a Project: what the application may use.').default('default'),
    previousNames: uniqueNames(documentName('A former name.')).default([]).meta({
      description:
        'Names it had before: what it owns under them is handed over instead of made anew.',
    }),
    sync: syncPolicy.optional().meta({
      description:
        "Tightens the environment's policy, never loosens it. Default: the environment's.",
    }),
    prune: z
      .boolean()
      .default(true)
      .meta({ description: 'Remove what disappears from the source.' }),
    selfHeal: z
      .boolean()
      .default(true)
      .meta({ description: 'Undo changes that somebody makes at the target.' }),
    allowEmpty: z
      .boolean()
      .default(false)
      .meta({ description: 'An empty folder is meant, not a mistake.' }),
    onRemoval: z.enum(['confirm', 'delete', 'orphan']).default('confirm').meta({
      description:
        'When this document disappears: `confirm` waits for a person, `delete` removes what it owns, `orphan` leaves it running.',
    }),
    dependsOn: uniqueNames(documentName('Name of an Application.')).default([]).meta({
      description: 'Applications that must be in sync and healthy in the same environment first.',
    }),
    wave: z
      .int('must be a whole number')
      .min(-1000, 'must be at least -1000')
      .max(1000, 'must be at most 1000')
      .default(0)
      .meta({ description: 'Order among applications without naming them; lower first.' }),
    retry: retry.prefault({}).meta({ description: 'What to do after a failure that may pass.' }),
    timeouts: timeouts.prefault({}).meta({ description: 'How long things may take.' }),
    onFailure: z.enum(['revert', 'stay']).default('revert').meta({
      description:
        'When a change does not become healthy: `revert` goes back to the last good revision, `stay` leaves it.',
    }),
    maxPrunePercent: z
      .number()
      .min(0, 'must be from 0 to 100')
      .max(100, 'must be from 0 to 100')
      .default(20)
      .meta({
        description:
          'Most of the application that a plan may delete unasked, in percent, from three objects up.',
      }),
    healthChecks: z.array(healthCheck).max(50, 'may hold at most 50 checks').default([]).meta({
      description: 'Further checks that must pass before the application counts as healthy.',
    }),
    directory: directory.optional().meta({
      description:
        'Which files of a folder with plain manifests count. Default: all, below it too.',
    }),
    substitute: substitute.optional().meta({
      description:
        'Variables that are filled into what was rendered, as `${NAME}` or `${NAME:=default}`.',
    }),
    labels: marks.optional().meta({ description: 'Labels that every object gets.' }),
    annotations: marks.optional().meta({ description: 'Annotations that every object gets.' }),
    helm: helm.optional().meta({
      description:
        'How charts are rendered: the chart that the folder is, or with `kubeVersion` and `apiVersions` those of a kustomization.',
    }),
    kubernetes: kubernetes.optional().meta({ description: 'How it is released to Kubernetes.' }),
  })
  .meta({ description: 'What is deployed, and how.' });

/**
 * The document `Application`. Names of sources that it leaves out become the empty name: the repository of the
 * document.
 */
export const applicationKind = defineKind({
  kind: 'Application',
  description: 'One deployable unit: a folder of manifests, and the environments it runs in.',
  spec,
  toInternal: (name, from, origin): ApplicationConfig => ({
    ...from,
    name,
    path: from.path.replaceAll('{application}', name),
    source: from.source ?? '',
    sources:
      from.sources === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(from.sources).map(([key, { source = '' }]) => [key, source]),
          ),
    sync: from.sync ?? null,
    retry: {
      limit: from.retry.limit,
      initialMs: from.retry.backoff.initial,
      factor: from.retry.backoff.factor,
      maxMs: from.retry.backoff.max,
    },
    timeouts: {
      renderMs: from.timeouts.render,
      applyMs: from.timeouts.apply,
      healthMs: from.timeouts.health,
    },
    healthChecks: from.healthChecks.map(internalHealthCheck),
    helm:
      // Where things go is the release's namespace, also of a chart that nothing else is said about; and the other way round,
      // because most charts leave out the namespace, as `helm install --namespace` fills it in.
      from.helm === undefined && from.kubernetes?.namespace === undefined
        ? undefined
        : internalHelm(name, from.helm ?? helm.parse({}), from.kubernetes?.namespace),
    kubernetes:
      from.kubernetes === undefined && from.helm?.namespace === undefined
        ? undefined
        : internalKubernetes(name, from.kubernetes ?? kubernetes.parse({}), from.helm?.namespace),
    origin,
  }),
});
