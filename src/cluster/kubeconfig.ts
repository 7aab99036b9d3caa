import type { Certificate } from './certificate.ts';

/** A kubeconfig for one user; JSON, which is YAML as well. */
export function kubeconfigOf(request: {
  readonly cluster: string;
  readonly url: string;
  readonly authority: string;
  readonly user: string;
  readonly certificate: Certificate;
}): string {
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  const { cluster, user } = request;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: cluster,
        cluster: {
          server: request.url,
          'certificate-authority-data': base64(request.authority),
        },
      },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': base64(request.certificate.certificate),
          'client-key-data': base64(request.certificate.key),
        },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user } }],
    'current-context': cluster,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
