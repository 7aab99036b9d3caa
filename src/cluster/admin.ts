import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import type { ClusterRecord } from './record.ts';

/** What a kubeconfig of a cluster that was started here holds. */
interface OwnKubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [
    {
      readonly user: {
        readonly 'client-certificate-data': string;
        readonly 'client-key-data': string;
      };
    },
  ];
}

/** Connections to the API server as its administrator, for who asks it with none of the Kubernetes target's own code. */
export function adminAgent({ kubeconfig }: Pick<ClusterRecord, 'kubeconfig'>): Agent {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as OwnKubeconfig;
  const pem = (base64: string): Buffer => Buffer.from(base64, 'base64');
  return new Agent({
    ca: pem(clusters[0].cluster['certificate-authority-data']),
    cert: pem(users[0].user['client-certificate-data']),
    key: pem(users[0].user['client-key-data']),
    keepAlive: true,
  });
}
