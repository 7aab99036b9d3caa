import type { Layout } from './layout.ts';
import type { DaemonName } from './programs.ts';

/** The ports of one cluster, all on the loopback. */
export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly server: number;
  /** Where kwok answers as the kubelet of its nodes. */
  readonly kubelet: number;
}

const serviceNetwork = '10.96.0.0/16';

/** The first address of the network of services, under which the server is reached from inside. */
export const serverAddress = '10.96.0.1';

/** The arguments of each program. */
export function argumentsOf(
  layout: Layout,
  ports: Ports,
  options: { readonly audit: boolean },
): Readonly<Record<DaemonName, readonly string[]>> {
  const etcd = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  const url = `https://127.0.0.1:${ports.server}`;
  return {
    etcd: [
      `--name=local`,
      `--data-dir=${layout.etcd}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=local=${peer}`,
      '--log-level=warn',
      // Nothing of it has to outlive the machine.
      '--unsafe-no-fsync',
    ],
    'kube-apiserver': [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.server}`,
      // On the loopback there is nothing to advertise, and a machine may have no other address.
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--tls-cert-file=${layout.server}`,
      `--tls-private-key-file=${layout.serverKey}`,
      `--client-ca-file=${layout.authority}`,
      `--service-account-issuer=${url}`,
      `--service-account-key-file=${layout.accounts}`,
      `--service-account-signing-key-file=${layout.accountsKey}`,
      `--service-cluster-ip-range=${serviceNetwork}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      // The names of nodes are known to nobody.
      '--kubelet-preferred-address-types=InternalIP',
      // Nobody would take away the taint that it puts on new nodes.
      '--disable-admission-plugins=TaintNodesByCondition',
      ...(options.audit
        ? [
            `--audit-policy-file=${layout.auditPolicy}`,
            `--audit-log-path=${layout.auditLog}`,
            // What was answered is in it already.
            '--audit-log-mode=blocking',
          ]
        : []),
    ],
    'kube-controller-manager': [
      `--kubeconfig=${layout.kubeconfigOf('kube-controller-manager')}`,
      '--secure-port=0',
      '--leader-elect=false',
      `--root-ca-file=${layout.authority}`,
      `--service-account-private-key-file=${layout.accountsKey}`,
      '--use-service-account-credentials=true',
      `--cluster-signing-cert-file=${layout.authority}`,
      `--cluster-signing-key-file=${layout.authorityKey}`,
      '--kube-api-qps=200',
      '--kube-api-burst=400',
      // Nodes are played: they need no addresses, and nobody looks whether they are well.
      '--controllers=*,-node-ipam-controller,-node-lifecycle-controller',
    ],
    'kube-scheduler': [
      `--kubeconfig=${layout.kubeconfigOf('kube-scheduler')}`,
      '--secure-port=0',
      '--leader-elect=false',
      '--kube-api-qps=200',
      '--kube-api-burst=400',
    ],
    kwok: [
      `--kubeconfig=${layout.kubeconfigOf('kwok')}`,
      `--config=${layout.kwokConfig}`,
      '--manage-all-nodes=true',
      '--cidr=10.128.0.0/16',
      '--node-ip=127.0.0.1',
      `--node-port=${ports.kubelet}`,
      `--server-address=127.0.0.1:${ports.kubelet}`,
      `--tls-cert-file=${layout.server}`,
      `--tls-private-key-file=${layout.serverKey}`,
      '--node-lease-duration-seconds=0',
    ],
  };
}
