import { byConditions } from '../by-conditions.ts';
import { kinds } from '../rule.ts';

/** https://karpenter.sh/docs/concepts/nodeclaims/ */
export const karpenter = [
  ...kinds('karpenter.sh', ['NodePool'], byConditions({ ready: ['Ready'] })),
  ...kinds(
    'karpenter.sh',
    ['NodeClaim'],
    byConditions({
      ready: ['Launched', 'Registered', 'Initialized', 'Ready'],
      busy: ['Disrupting'],
    }),
  ),
  ...kinds('karpenter.k8s.aws', ['EC2NodeClass'], byConditions({ ready: ['Ready'] })),
  ...kinds('karpenter.azure.com', ['AKSNodeClass'], byConditions({ ready: ['Ready'] })),
  ...kinds('karpenter.k8s.gcp', ['GCENodeClass'], byConditions({ ready: ['Ready'] })),
];
