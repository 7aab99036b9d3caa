import { join } from 'node:path';

/** Where the files of a cluster are. */
export interface Layout {
  readonly folder: string;
  readonly etcd: string;
  readonly authority: string;
  readonly authorityKey: string;
  readonly server: string;
  readonly serverKey: string;
  readonly accounts: string;
  readonly accountsKey: string;
  readonly auditPolicy: string;
  readonly auditLog: string;
  readonly kwokConfig: string;
  readonly podLog: string;
  /** For people: the administrator. */
  readonly kubeconfig: string;
  /** Of a program. */
  readonly kubeconfigOf: (program: string) => string;
  readonly logOf: (program: string) => string;
}

/** Where everything is in the folder of a local cluster. */
export function layoutOf(folder: string): Layout {
  return {
    folder,
    etcd: join(folder, 'etcd'),
    authority: join(folder, 'ca.crt'),
    authorityKey: join(folder, 'ca.key'),
    server: join(folder, 'server.crt'),
    serverKey: join(folder, 'server.key'),
    accounts: join(folder, 'service-accounts.pub'),
    accountsKey: join(folder, 'service-accounts.key'),
    auditPolicy: join(folder, 'audit-policy.yaml'),
    auditLog: join(folder, 'audit.log'),
    kwokConfig: join(folder, 'kwok.yaml'),
    podLog: join(folder, 'pod.log'),
    kubeconfig: join(folder, 'kubeconfig'),
    kubeconfigOf: (program) => join(folder, `${program}.kubeconfig`),
    logOf: (program) => join(folder, `${program}.log`),
  };
}
