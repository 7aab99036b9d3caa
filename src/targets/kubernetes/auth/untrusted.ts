import { kubeconfigRefused } from './errors.ts';
import type { ClusterEntry, Kubeconfig } from './kubeconfig.ts';

type User = ReturnType<Kubeconfig['users']['get']>;

/**
 * Refuses what a kubeconfig that others than the administrators wrote must not have: it could run a program, send a
 * file of this machine to a server of its choice, or reach what listens on this machine alone.
 *
 * @throws FairleadError `kubernetes.kubeconfig-refused`
 */
export function refuseUntrusted(cluster: ClusterEntry, user: User, origin: string): void {
  const refuse = (what: string): never => {
    throw kubeconfigRefused({ message: `${origin}: ${what}`, resource: origin });
  };
  if (user?.exec !== undefined) refuse('it would run a program (exec)');
  if (user?.['auth-provider'] !== undefined && user['auth-provider'] !== null)
    refuse('it would use an auth-provider');
  for (const field of ['client-certificate', 'client-key', 'tokenFile'] as const)
    if (user?.[field] !== undefined) refuse(`it would read a file (${field})`);
  if (cluster['certificate-authority'] !== undefined)
    refuse('it would read a file (certificate-authority)');
  if (cluster['proxy-url'] !== undefined) refuse('it would go through a proxy of its choice');
  if (!(cluster.server ?? '').startsWith('https://')) refuse('its server is not https');
}
