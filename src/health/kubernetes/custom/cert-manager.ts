import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { kinds } from '../rule.ts';

/** https://cert-manager.io/docs/reference/api-docs/ */
const acme = byPhase({
  field: ['status', 'state'],
  healthy: ['valid'],
  progressing: ['pending', 'processing', 'ready'],
  degraded: ['invalid', 'expired', 'errored'],
  why: [['status', 'reason']],
});

export const certManager = [
  ...kinds(
    'cert-manager.io',
    ['Certificate'],
    byConditions({ ready: ['Ready'], busy: ['Issuing'], perGeneration: true }),
  ),
  ...kinds(
    'cert-manager.io',
    ['Issuer', 'ClusterIssuer'],
    byConditions({ ready: ['Ready'], perGeneration: true }),
  ),
  ...kinds(
    'cert-manager.io',
    ['CertificateRequest'],
    byConditions({
      ready: ['Ready'],
      exceptReasons: ['Pending'],
      broken: ['InvalidRequest', 'Denied'],
    }),
  ),
  ...kinds('acme.cert-manager.io', ['Order', 'Challenge'], acme),
  ...kinds('trust.cert-manager.io', ['Bundle'], byConditions({ ready: ['Synced'] })),
];
