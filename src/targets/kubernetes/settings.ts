import { z } from 'zod';

/** How a duration is written: `30s`, `500ms`, `2m`. */
const duration = z.string().regex(/^\d+(?:\.\d+)?(?:ms|s|m|h)$/, 'must be a duration such as 30s');

/** The name of an object that is a DNS label: a namespace. */
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
    allowExec: z.boolean().optional().meta({
      description:
        'Whether the kubeconfig may run programs for credentials (users[].user.exec). Default true: the file is on the machine of the controller.',
    }),
    impersonate: z
      .strictObject({
        user: z.string().min(1),
        groups: z.array(z.string().min(1)).optional(),
        uid: z.string().min(1).optional(),
        extra: z.record(z.string().min(1), z.array(z.string())).optional(),
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
    requestTimeout: duration.optional().meta({
      description: 'How long one call may take, tries included. Default 30s.',
    }),
  })
  .refine(
    ({ inCluster, kubeconfig, context }) =>
      inCluster !== true || (kubeconfig === undefined && context === undefined),
    {
      message: 'inCluster takes neither kubeconfig nor context',
      path: ['inCluster'],
    },
  );

export type KubernetesSettings = z.output<typeof kubernetesSettings>;
