import { podTemplate } from '../../cluster.ts';
import { kindCase } from './kind-case.ts';
import type { KindCase, Names } from './kind-case.ts';

/** The kinds of the core group. */
export function coreKinds({ prefix, namespace }: Names): readonly KindCase[] {
  return [
    kindCase('v1', 'Namespace', `${prefix}-made`, {}, null),
    kindCase(
      'v1',
      'ConfigMap',
      'settings',
      { data: { mode: 'fast', text: 'two\nlines\n' }, binaryData: { bytes: 'AAEC' } },
      { data: { mode: 'slow', text: null } },
    ),
    kindCase(
      'v1',
      'Secret',
      'keys',
      { type: 'Opaque', stringData: { password: 'canary' }, data: { token: 'YQ==' } },
      { data: { password: 'b3RoZXI=' } },
    ),
    kindCase(
      'v1',
      'Service',
      'web',
      // The server gives it an address, a port of each node, and the families.
      {
        spec: {
          type: 'NodePort',
          selector: { app: 'web' },
          ports: [{ port: 80, targetPort: 'http' }],
        },
      },
      { spec: { selector: { app: 'other' } } },
    ),
    kindCase(
      'v1',
      'ServiceAccount',
      'robot',
      { automountServiceAccountToken: false },
      { automountServiceAccountToken: true },
    ),
    kindCase(
      'v1',
      'PersistentVolume',
      `${prefix}-disk`,
      {
        spec: {
          capacity: { storage: '1024Mi' },
          accessModes: ['ReadWriteOnce'],
          persistentVolumeReclaimPolicy: 'Retain',
          storageClassName: prefix,
          hostPath: { path: '/nowhere' },
        },
      },
      { spec: { persistentVolumeReclaimPolicy: 'Delete' } },
    ),
    kindCase(
      'v1',
      'PersistentVolumeClaim',
      'disk',
      // The server writes 1024Mi as 1Gi.
      {
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: prefix,
          volumeName: `${prefix}-disk`,
          resources: { requests: { storage: '1024Mi' } },
        },
      },
      null,
    ),
    kindCase(
      'v1',
      'Pod',
      'alone',
      { spec: podTemplate('alone').spec },
      { spec: { activeDeadlineSeconds: null }, metadata: { labels: { proof: 'moved' } } },
    ),
    kindCase(
      'v1',
      'ReplicationController',
      'old',
      { spec: { replicas: 1, selector: { app: 'old' }, template: podTemplate('old') } },
      { spec: { replicas: 2 } },
    ),
    kindCase(
      'v1',
      'PodTemplate',
      'mould',
      { template: podTemplate('mould') },
      { template: { metadata: { labels: { app: 'other' } } } },
    ),
    kindCase(
      'v1',
      'ResourceQuota',
      'room',
      { spec: { hard: { 'requests.cpu': '64000m', pods: '500', 'limits.memory': '0.5Ti' } } },
      { spec: { hard: { pods: '400' } } },
    ),
    kindCase(
      'v1',
      'LimitRange',
      'limits',
      { spec: { limits: [{ type: 'Container', default: { cpu: '1000m', memory: '1024Ki' } }] } },
      { spec: { limits: [{ type: 'Container', default: { cpu: '2', memory: '1024Ki' } }] } },
    ),
    kindCase(
      'v1',
      'Endpoints',
      'elsewhere',
      { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }] },
      { subsets: [{ addresses: [{ ip: '192.0.2.2' }], ports: [{ port: 80 }] }] },
    ),
    kindCase(
      'v1',
      'Event',
      'note',
      {
        involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings', namespace },
        reason: 'Noted',
        message: 'by hand',
        type: 'Normal',
      },
      { message: 'otherwise' },
    ),
  ];
}
