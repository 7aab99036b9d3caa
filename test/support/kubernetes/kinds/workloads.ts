import { deployment, podTemplate } from '../../cluster.ts';
import { kindCase } from './kind-case.ts';
import type { KindCase } from './kind-case.ts';

/** What runs, and what goes with it. */
export function workloadKinds(): readonly KindCase[] {
  const template = podTemplate('web');
  const selector = { matchLabels: { app: 'web' } };
  const web = deployment('web');
  Object.assign(web.spec, {
    revisionHistoryLimit: 3,
    strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
  });
  // In other words than the server keeps them.
  web.spec.template.spec.containers[0].resources = {
    requests: { cpu: '1000m', memory: '1024Ki' },
    limits: { cpu: '2.0' },
  };
  web.spec.template.spec.containers[0].ports = [{ containerPort: 80 }];
  const job = { template: { spec: { ...template.spec, restartPolicy: 'Never' } } };
  return [
    {
      object: web,
      edit: { spec: { strategy: { rollingUpdate: { maxSurge: 2 } }, revisionHistoryLimit: 4 } },
    },
    kindCase(
      'apps/v1',
      'StatefulSet',
      'db',
      {
        spec: {
          replicas: 1,
          serviceName: 'db',
          selector: { matchLabels: { app: 'db' } },
          template: podTemplate('db'),
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        },
      },
      { spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } },
    ),
    kindCase(
      'apps/v1',
      'DaemonSet',
      'agent',
      {
        spec: {
          selector: { matchLabels: { app: 'agent' } },
          template: podTemplate('agent'),
          minReadySeconds: 0,
          updateStrategy: { rollingUpdate: { maxUnavailable: '50%' } },
        },
      },
      { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: 1 } } } },
    ),
    kindCase(
      'apps/v1',
      'ReplicaSet',
      'set',
      {
        spec: {
          replicas: 0,
          minReadySeconds: 1,
          selector: { matchLabels: { app: 'set' } },
          template: podTemplate('set'),
        },
      },
      { spec: { minReadySeconds: 2 } },
    ),
    kindCase(
      'apps/v1',
      'ControllerRevision',
      'one',
      { revision: 1, data: { any: [1, 'x'] } },
      {
        revision: 2,
      },
    ),
    kindCase(
      'batch/v1',
      'Job',
      'once',
      { spec: { ...job, parallelism: 1, backoffLimit: 2 } },
      { spec: { parallelism: 2 } },
    ),
    kindCase(
      'batch/v1',
      'CronJob',
      'nightly',
      { spec: { schedule: '0 3 * * *', jobTemplate: { spec: job } } },
      { spec: { schedule: '0 4 * * *' } },
    ),
    kindCase(
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
      'agents',
      {
        spec: {
          minReplicas: 1,
          maxReplicas: 3,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'set' },
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
            },
          ],
        },
      },
      { spec: { maxReplicas: 5 } },
    ),
    kindCase(
      'policy/v1',
      'PodDisruptionBudget',
      'web',
      { spec: { selector, maxUnavailable: '50%' } },
      { spec: { maxUnavailable: 1 } },
    ),
    kindCase(
      'networking.k8s.io/v1',
      'Ingress',
      'web',
      {
        spec: {
          rules: [
            {
              host: 'web.example',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 'web', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      },
      { spec: { rules: [{ host: 'other.example' }] } },
    ),
    kindCase(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'web',
      {
        spec: {
          podSelector: selector,
          ingress: [{ ports: [{ port: 'http' }, { port: 443 }] }],
          policyTypes: ['Ingress'],
        },
      },
      { spec: { ingress: [{ ports: [{ port: 80 }] }] } },
    ),
    kindCase(
      'discovery.k8s.io/v1',
      'EndpointSlice',
      'far',
      {
        addressType: 'IPv4',
        endpoints: [{ addresses: ['192.0.2.7'], conditions: { ready: true } }],
        ports: [{ name: 'http', port: 80 }],
      },
      { endpoints: [{ addresses: ['192.0.2.8'], conditions: { ready: false } }] },
    ),
    kindCase(
      'coordination.k8s.io/v1',
      'Lease',
      'leader',
      {
        spec: {
          holderIdentity: 'one',
          leaseDurationSeconds: 15,
          renewTime: '2026-11-28T07:00:00.000000Z',
        },
      },
      { spec: { holderIdentity: 'two' } },
    ),
    kindCase(
      'storage.k8s.io/v1',
      'CSIStorageCapacity',
      'room',
      { storageClassName: 'any', capacity: '1024Mi' },
      { capacity: '2Gi' },
    ),
    kindCase(
      'resource.k8s.io/v1',
      'ResourceClaim',
      'gpu',
      { spec: { devices: { requests: [{ name: 'one', exactly: { deviceClassName: 'gpu' } }] } } },
      null,
    ),
    kindCase(
      'resource.k8s.io/v1',
      'ResourceClaimTemplate',
      'gpu',
      {
        spec: {
          spec: { devices: { requests: [{ name: 'one', exactly: { deviceClassName: 'gpu' } }] } },
        },
      },
      null,
    ),
  ];
}
