import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, createCertificate } from '../../../src/cluster/certificate.ts';
import type { KubeObject } from '../cluster.ts';

/** Webhooks that the API server asks, over TLS on the loopback. */
export interface Webhooks extends AsyncDisposable {
  /** `clientConfig` of a webhook at a path. */
  client(path: string): KubeObject;
  /** How often each path was asked. */
  readonly asked: ReadonlyMap<string, number>;
}

/** @param answer what each path makes of the `request` of a review; becomes its `response` */
export async function openWebhooks(
  answer: Readonly<Record<string, (request: KubeObject) => KubeObject>>,
): Promise<Webhooks> {
  const authority = createAuthority('webhook authority', Date.now());
  const { key, certificate } = createCertificate(
    authority,
    'webhook authority',
    { commonName: 'webhook' },
    Date.now(),
    { names: ['localhost'], ips: ['127.0.0.1'] },
  );
  const asked = new Map<string, number>();
  const server = createServer({ key, cert: certificate }, (from, to) => {
    const path = new URL(from.url ?? '/', 'https://webhook').pathname;
    let text = '';
    from.setEncoding('utf8').on('data', (part: string) => (text += part));
    from.on('end', () => {
      asked.set(path, (asked.get(path) ?? 0) + 1);
      const { apiVersion, kind, request }: KubeObject = JSON.parse(text);
      const response = { uid: request.uid, ...answer[path]?.(request) };
      to.setHeader('content-type', 'application/json');
      to.end(JSON.stringify({ apiVersion, kind, response }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    client: (path) => ({
      url: `https://127.0.0.1:${port}${path}`,
      caBundle: Buffer.from(authority.certificate).toString('base64'),
    }),
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Between `Converted` v1 (`spec.size`) and v2 (`spec.box.size`): the response to a ConversionReview. */
export function convertSizes(request: KubeObject): KubeObject {
  const convertedObjects = request.objects.map((object: KubeObject) => {
    const [group] = object.apiVersion.split('/');
    if (object.apiVersion === request.desiredAPIVersion) return object;
    const { size, box, ...rest } = object.spec ?? {};
    const isNew = request.desiredAPIVersion === `${group}/v2`;
    const value = isNew ? size : box?.size;
    const spec =
      value === undefined
        ? rest
        : isNew
          ? { ...rest, box: { size: value } }
          : { ...rest, size: value };
    return { ...object, apiVersion: request.desiredAPIVersion, spec };
  });
  return { result: { status: 'Success' }, convertedObjects };
}
