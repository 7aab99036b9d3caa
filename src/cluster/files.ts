import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { serverAddress } from './arguments.ts';
import type { Ports } from './arguments.ts';
import { auditPolicy } from './audit-policy.ts';
import { createAuthority, createCertificate } from './certificate.ts';
import type { Certificate, Subject } from './certificate.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { kwokConfig } from './kwok.ts';
import type { Layout } from './layout.ts';

/** The administrator of a cluster, who may everything. */
const administrator: Subject = {
  commonName: 'admin',
  organizations: ['system:masters'],
};

const programUsers: Readonly<Record<string, Subject>> = {
  'kube-controller-manager': { commonName: 'system:kube-controller-manager' },
  'kube-scheduler': { commonName: 'system:kube-scheduler' },
  kwok: { commonName: 'kwok', organizations: ['system:masters'] },
};

/** What the administrator talks to the server with. */
export interface Access {
  readonly url: string;
  /** PEM. */
  readonly authority: string;
  readonly certificate: Certificate;
}

/** Writes everything that the programs read: keys, certificates, kubeconfigs, policies. Nobody else may read it. */
export function writeFiles(layout: Layout, name: string, ports: Ports, nowMs: number): Access {
  const issuer = `fairlead-cluster-${name}`;
  const authority = createAuthority(issuer, nowMs);
  const server = createCertificate(authority, issuer, { commonName: 'kube-apiserver' }, nowMs, {
    names: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    ips: ['127.0.0.1', serverAddress],
  });
  const accounts = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const accountsKey = accounts.export({ type: 'pkcs8', format: 'pem' }).toString();
  const accountsPublic = createPublicKey(accountsKey).export({ type: 'spki', format: 'pem' });
  const url = `https://127.0.0.1:${ports.server}`;
  write(layout.authority, authority.certificate);
  write(layout.authorityKey, authority.key);
  write(layout.server, server.certificate);
  write(layout.serverKey, server.key);
  write(layout.accounts, accountsPublic.toString());
  write(layout.accountsKey, accountsKey);
  write(layout.auditPolicy, auditPolicy);
  write(layout.kwokConfig, kwokConfig(layout));
  // In the format of the Container Runtime Interface.
  write(layout.podLog, `${new Date(nowMs).toISOString()} stdout F This pod is played by kwok.\n`);
  const user = (file: string, subject: Subject): Certificate => {
    const certificate = createCertificate(authority, issuer, subject, nowMs);
    const config = { cluster: name, url, authority: authority.certificate, certificate };
    write(file, kubeconfigOf({ ...config, user: subject.commonName }));
    return certificate;
  };
  for (const [program, subject] of Object.entries(programUsers)) {
    user(layout.kubeconfigOf(program), subject);
  }
  const certificate = user(layout.kubeconfig, administrator);
  return { url, authority: authority.certificate, certificate };
}

function write(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
}
