import { byConditions } from '../by-conditions.ts';
import { kinds } from '../rule.ts';

/** https://kubernetes.io/docs/concepts/cluster-administration/flow-control/ */
export const flow = [
  ...kinds(
    'flowcontrol.apiserver.k8s.io',
    ['FlowSchema'],
    byConditions({ ready: [], broken: ['Dangling'] }),
  ),
  ...kinds(
    'networking.k8s.io',
    ['ServiceCIDR'],
    byConditions({ ready: ['Ready'], absentIs: 'Healthy' }),
  ),
];
