import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isStale, isTrue } from '../condition.ts';
import { objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing } from '../verdict.ts';
import { ciliumPolicy } from './policy.ts';

/** https://projectcontour.io/docs/main/config/fundamentals/#status-reporting */
function judgeProxy(object: JsonObject): Health {
  const valid = conditionOf(object, 'Valid');
  const said = textAt(object, 'status', 'description');
  if (valid === null || isStale(object, valid))
    return progressing(said || 'its controller has not seen the newest version yet');
  if (isTrue(valid)) return healthy(said || 'is valid');
  // What includes others and what is included wait for each other, so neither is broken while the other is missing.
  const waits =
    textAt(object, 'status', 'currentStatus') === 'orphaned' ||
    objectsAt(object, 'spec', 'includes').length > 0;
  return waits ? progressing(said || 'nothing includes it yet') : degraded(said || explain(valid));
}

export const networking = [
  ...kinds('projectcontour.io', ['HTTPProxy'], {
    counts:
      '`Valid` for the newest generation is Healthy; False is Degraded (Progressing while `orphaned` or where it includes others)',
    judge: judgeProxy,
  }),
  ...kinds('cilium.io', ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'], ciliumPolicy),
  ...kinds(
    'cilium.io',
    ['CiliumLoadBalancerIPPool'],
    byConditions({ ready: [], broken: ['cilium.io/PoolConflict'] }),
  ),
  ...kinds(
    'cilium.io',
    ['CiliumBGPClusterConfig'],
    byConditions({
      ready: [],
      broken: [
        'cilium.io/NoMatchingNode',
        'cilium.io/MissingPeerConfigs',
        'cilium.io/ConflictingClusterConfigs',
      ],
    }),
  ),
  ...kinds(
    'cilium.io',
    ['CiliumEndpoint'],
    byPhase({
      field: ['status', 'state'],
      healthy: ['ready'],
      degraded: ['disconnected', 'invalid'],
    }),
  ),
  ...kinds(
    'cilium.io',
    [
      'CiliumNode',
      'CiliumIdentity',
      'CiliumEgressGatewayPolicy',
      'CiliumLocalRedirectPolicy',
      'CiliumBGPPeerConfig',
      'CiliumBGPAdvertisement',
      'CiliumL2AnnouncementPolicy',
      'CiliumEnvoyConfig',
      'CiliumClusterwideEnvoyConfig',
    ],
    always,
  ),
  ...kinds(
    'metallb.io',
    ['IPAddressPool', 'L2Advertisement', 'BGPAdvertisement', 'BGPPeer', 'BFDProfile', 'Community'],
    always,
  ),
  ...['traefik.io', 'traefik.containo.us'].flatMap((group) =>
    kinds(
      group,
      [
        'IngressRoute',
        'IngressRouteTCP',
        'IngressRouteUDP',
        'Middleware',
        'MiddlewareTCP',
        'TLSOption',
        'TLSStore',
        'TraefikService',
        'ServersTransport',
        'ServersTransportTCP',
      ],
      always,
    ),
  ),
  ...['crd.projectcalico.org', 'projectcalico.org'].flatMap((group) =>
    kinds(
      group,
      ['NetworkPolicy', 'GlobalNetworkPolicy', 'IPPool', 'BGPPeer', 'HostEndpoint'],
      always,
    ),
  ),
  ...kinds(
    'operator.tigera.io',
    ['TigeraStatus', 'Installation', 'APIServer'],
    byConditions({
      ready: [],
      readyIfThere: ['Available', 'Ready'],
      falseIs: 'Progressing',
      broken: ['Degraded'],
      busy: ['Progressing'],
    }),
  ),
  ...kinds('externaldns.k8s.io', ['DNSEndpoint'], always),
];
