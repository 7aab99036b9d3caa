import { z } from 'zod';
import { duration } from '../../config/duration.ts';
import { healthRules } from '../../config/kinds/health-rule.ts';
import type { HealthRule } from '../../health/kubernetes/user/rules.ts';
import type { JsonObject } from '../../model/json.ts';
import { settingsInvalid } from './auth/errors.ts';
import type { Identity } from './client/client.ts';

/** The name of a namespace: a DNS label. */
const namespace = z
  .string()
  .max(63)
  .regex(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace');

/** `spec.kubernetes` of a `Target`, as users write it. */
export const kubernetesSettings = z
  .strictObject({
    context: z.string().min(1).optional().meta({
      description: 'Context of the kubeconfig. Default: its current-context.',
    }),
    kubeconfig: z.string().min(1).optional().meta({
      description:
        'Path of the kubeconfig, on the machine of the controller. Default: what KUBECONFIG names, else ~/.kube/config; inside a cluster without either, its service account.',
    }),
    inCluster: z.boolean().optional().meta({
      description:
        'The cluster that the controller itself runs in, under its service account. Default: only when there is no kubeconfig.',
    }),
    untrusted: z.boolean().optional().meta({
      description:
        'Whether others than the administrators write the kubeconfig: then it may neither run programs nor name files or proxies. Default false.',
    }),
    impersonate: z
      .strictObject({
        user: z.string().min(1).meta({ description: 'User.' }),
        groups: z.array(z.string().min(1)).optional().meta({ description: 'Groups.' }),
        uid: z.string().min(1).optional().meta({ description: 'UID of the user.' }),
        extra: z
          .record(z.string().min(1), z.array(z.string()))
          .optional()
          .meta({ description: 'Further facts about the user, as its authenticator gives them.' }),
      })
      .optional()
      .meta({ description: 'Acts as this user instead of as the one of the kubeconfig.' }),
    namespace: namespace.optional().meta({
      description: 'Namespace for inventories and holds. Default: fairlead-system.',
    }),
    namespaces: z.array(namespace).min(1).optional().meta({
      description:
        'The only namespaces that are watched, for credentials that may not watch the whole cluster. Default: all.',
    }),
    requestTimeout: duration({ minMs: 1_000, maxMs: 600_000 }).optional().meta({
      description:
        'How long one call to the API server may take, tries included. Default 30s. A program of the kubeconfig that gives credentials (`exec`) gets as long, by default 20s.',
    }),
    healthRules: healthRules.optional(),
  })
  .check((context) => {
    const { inCluster, kubeconfig, context: name } = context.value;
    if (inCluster !== true || (kubeconfig === undefined && name === undefined)) return;
    context.issues.push({
      code: 'custom',
      input: inCluster,
      path: ['inCluster'],
      message: 'takes neither kubeconfig nor context',
    });
  });

/** The settings with their defaults. Durations in milliseconds. */
export interface KubernetesSettings {
  readonly context: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly inCluster: boolean | undefined;
  readonly untrusted: boolean;
  readonly impersonate: Identity | undefined;
  readonly namespace: string;
  /** `null`: the whole cluster. */
  readonly namespaces: readonly string[] | null;
  readonly requestTimeoutMs: number;
  /** What it says of that, which the programs that give credentials keep to as well; `undefined`: nothing. */
  readonly pluginTimeoutMs: number | undefined;
  /** Users' own rules, which come before ours. */
  readonly healthRules: readonly HealthRule[];
}

/** @throws FairleadError `kubernetes.settings-invalid` */
export function readSettings(name: string, settings: JsonObject): KubernetesSettings {
  // What the configuration has read already is in milliseconds.
  const { requestTimeout, ...rest } = settings;
  const isRead = typeof requestTimeout === 'number';
  const parsed = kubernetesSettings.safeParse(
    isRead || requestTimeout === undefined ? rest : settings,
  );
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const what = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim();
    throw settingsInvalid({ message: `Target/${name}: ${what}`, resource: `Target/${name}` });
  }
  const { data } = parsed;
  const givenMs = isRead ? requestTimeout : data.requestTimeout;
  return {
    context: data.context,
    kubeconfig: data.kubeconfig,
    inCluster: data.inCluster,
    untrusted: data.untrusted ?? false,
    impersonate: data.impersonate as Identity | undefined,
    namespace: data.namespace ?? 'fairlead-system',
    namespaces: data.namespaces ?? null,
    requestTimeoutMs: givenMs ?? 30_000,
    pluginTimeoutMs: givenMs,
    healthRules: data.healthRules ?? [],
  };
}
