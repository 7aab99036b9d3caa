import { byConditions } from '../by-conditions.ts';
import { kinds } from '../rule.ts';

/** https://www.rabbitmq.com/kubernetes/operator/using-operator#status */
export const rabbitmq = [
  ...kinds(
    'rabbitmq.com',
    ['RabbitmqCluster'],
    byConditions({
      ready: ['ReconcileSuccess', 'ClusterAvailable', 'AllReplicasReady'],
      falseIs: 'Progressing',
      brokenIfFalse: ['ReconcileSuccess'],
    }),
  ),
  ...kinds(
    'rabbitmq.com',
    [
      'Queue',
      'Exchange',
      'Binding',
      'User',
      'Vhost',
      'Policy',
      'OperatorPolicy',
      'Permission',
      'TopicPermission',
      'Shovel',
      'Federation',
      'SchemaReplication',
      'SuperStream',
    ],
    byConditions({ ready: ['Ready'] }),
  ),
];
