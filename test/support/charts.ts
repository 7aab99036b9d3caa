import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { writeTar } from './tar.ts';

/** A packed chart with one template. */
export function packChart(name: string, version: string, text = version): Buffer {
  return gzipSync(
    writeTar([
      {
        name: `${name}/Chart.yaml`,
        content: `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
      },
      { name: `${name}/values.yaml`, content: 'replicas: 1\n' },
      {
        name: `${name}/templates/map.yaml`,
        content: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {text: "${text}"}\n`,
      },
    ]),
  );
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A server on the loopback. `requests` are what it was asked, with the authorization that came along. */
interface TestServer extends AsyncDisposable {
  readonly origin: string;
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[];
}

type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => void;

export async function startServer(handler: Handler): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, authorization: request.headers.authorization });
    handler(request, response, path);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Packed charts of a repository, by version. */
export type ChartVersions = Map<string, Buffer>;

/** A chart repository as `helm repo index` makes it. @param password Demanded for everything, of user `ada`. */
export async function startChartRepository(
  name: string,
  versions: ChartVersions,
  options: { readonly password?: string; readonly chartsAt?: string } = {},
): Promise<TestServer> {
  const { password, chartsAt } = options;
  const wanted = `Basic ${Buffer.from(`ada:${password ?? ''}`).toString('base64')}`;
  return startServer((request, response, path) => {
    if (password !== undefined && request.headers.authorization !== wanted) {
      response.writeHead(401).end();
      return;
    }
    if (path === '/charts/index.yaml') {
      const entries = [...versions].map(([version, bytes]) => ({
        name,
        version,
        digest: digestOf(bytes).slice('sha256:'.length),
        urls: [`${chartsAt ?? ''}${name}-${version}.tgz`],
      }));
      response.end(JSON.stringify({ apiVersion: 'v1', entries: { [name]: entries } }));
      return;
    }
    const found = [...versions].find(([version]) => path === `/charts/${name}-${version}.tgz`);
    if (found === undefined) response.writeHead(404).end();
    else response.end(found[1]);
  });
}

interface RegistryOptions {
  /** Demands a token, which its own service gives to user `ada` with this password. */
  readonly password?: string;
  /** Where blobs really are: requests for them are redirected there. */
  readonly blobsAt?: string;
  /** Tags of one page. Default 2. */
  readonly page?: number;
  /** Charts that no tag points to any more, and their digests still name. */
  readonly untagged?: readonly Buffer[];
  /** What it says that the digest of a manifest is. Default: what it is. */
  readonly says?: (digest: string) => string;
}

/** The manifest of a packed chart in a registry. */
export function manifestOf(bytes: Buffer): Buffer {
  const config = Buffer.from('{}');
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.cncf.helm.config.v1+json',
        digest: digestOf(config),
        size: config.length,
      },
      layers: [
        {
          mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
          digest: digestOf(bytes),
          size: bytes.length,
        },
      ],
    }),
  );
}

/** A registry with one repository, `team/shop`, by the OCI distribution API. */
export async function startRegistry(
  versions: ChartVersions,
  { password, blobsAt, page = 2, untagged = [], says = (digest) => digest }: RegistryOptions = {},
): Promise<TestServer> {
  const wanted = `Basic ${Buffer.from(`ada:${password ?? ''}`).toString('base64')}`;
  const server: TestServer = await startServer((request, response, path) => {
    const url = new URL(path, 'http://registry');
    if (url.pathname === '/token') {
      if (request.headers.authorization !== wanted) response.writeHead(401).end();
      else response.end(JSON.stringify({ token: `for-${url.searchParams.get('scope') ?? ''}` }));
      return;
    }
    const token = 'Bearer for-repository:team/shop:pull';
    if (password !== undefined && request.headers.authorization !== token) {
      const challenge = `Bearer realm="${server.origin}/token",service="test"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    if (url.pathname === '/v2/') response.end('{}');
    else if (url.pathname === '/v2/team/shop/tags/list') {
      const tags = [...versions.keys()].map((version) => version.replaceAll('+', '_')).toSorted();
      const last = url.searchParams.get('last');
      const from = last === null ? 0 : tags.indexOf(last) + 1;
      const some = tags.slice(from, from + page);
      if (from + page < tags.length) {
        response.setHeader(
          'link',
          `</v2/team/shop/tags/list?last=${some.at(-1)}&n=${page}>; rel="next"`,
        );
      }
      response.end(JSON.stringify({ name: 'team/shop', tags: some }));
    } else if (url.pathname.startsWith('/v2/team/shop/manifests/')) {
      const tag = decodeURIComponent(url.pathname.split('/').at(-1) ?? '').replaceAll('_', '+');
      const named = [...versions.values(), ...untagged].find(
        (one) => digestOf(manifestOf(one)) === tag,
      );
      const bytes = named ?? versions.get(tag);
      if (bytes === undefined) response.writeHead(404).end();
      else {
        const answer = manifestOf(bytes);
        response.setHeader('docker-content-digest', says(digestOf(answer)));
        response.end(answer);
      }
    } else if (url.pathname.startsWith('/v2/team/shop/blobs/')) {
      const digest = url.pathname.split('/').at(-1) ?? '';
      const bytes = [...versions.values(), ...untagged].find((one) => digestOf(one) === digest);
      if (blobsAt !== undefined)
        response.writeHead(307, { location: `${blobsAt}/${digest}` }).end();
      else if (bytes === undefined) response.writeHead(404).end();
      else response.end(bytes);
    } else response.writeHead(404).end();
  });
  return server;
}
