import { createHash } from 'node:crypto';
import { valid } from 'semver';
import { isJsonObject } from '../../model/json.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import type { FairleadError } from '../../model/error.ts';
import { authRequired, chartChanged, digestMismatch, indexInvalid, notFound } from '../errors.ts';
import { chooseVersion } from './choose.ts';
import { get } from './http.ts';
import type { HttpAnswer, HttpCredentials } from './http.ts';
import { maxChartBytes } from './remote.ts';
import type { ChartRemote, ChartVersion, RemoteCall } from './remote.ts';

/** Media types of charts in registries: https://helm.sh/docs/topics/registries/ */
const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const maxManifestBytes = 4 * 2 ** 20;
const maxPages = 100;

/**
 * A chart in a registry, by the OCI distribution API: https://github.com/opencontainers/distribution-spec
 * @param pin digest of the manifest that may be taken alone; `undefined`: what the tag points to
 * @param url `oci://host/path`. A registry on this machine (`localhost`, `127.0.0.1`, `[::1]`) is asked without TLS.
 */
export function openOciRegistry(url: string, pin?: string): ChartRemote {
  const { host, hostname, pathname } = new URL(url.replace(/^oci:/, 'https:'));
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const origin = `${isLocal ? 'http' : 'https'}://${host}`;
  const repository = pathname.replace(/^\/+|\/+$/g, '');
  const api = `${origin}/v2/${repository}`;

  const ask = (token: HttpCredentials | null, call: RemoteCall, path: string, accept: string) =>
    get({
      ...call,
      credentials: token,
      url: path.startsWith('http') ? path : `${api}/${path}`,
      accept,
      maxBytes: path.startsWith('blobs/') ? maxChartBytes : maxManifestBytes,
    });

  const tags = async (
    token: HttpCredentials | null,
    call: RemoteCall,
  ): Promise<Result<readonly string[]>> => {
    const found: string[] = [];
    let next: string | null = 'tags/list?n=1000';
    for (let page = 0; next !== null && page < maxPages; page++) {
      const answer: Result<HttpAnswer> = await ask(token, call, next, 'application/json');
      if (!answer.ok) return answer;
      const listed = parse(answer.value.body, url);
      if (!listed.ok) return listed;
      const names: Json = listed.value['tags'] ?? [];
      if (Array.isArray(names)) found.push(...names.filter((name) => typeof name === 'string'));
      const link = /<([^>]+)>\s*;\s*rel="?next/.exec(answer.value.headers['link'] ?? '')?.[1];
      const target: URL | null = link === undefined ? null : URL.parse(link, `${api}/tags/list`);
      next = target !== null && target.origin === origin ? target.href : null;
    }
    // A tag cannot hold `+`, so charts are tagged with `_` in its place.
    return success(found.map((tag) => tag.replaceAll('_', '+')));
  };

  const manifest = async (
    token: HttpCredentials | null,
    call: RemoteCall,
    version: string,
  ): Promise<Result<ChartVersion>> => {
    const tag = version.replaceAll('+', '_');
    const reference = pin ?? encodeURIComponent(tag);
    const answer = await ask(token, call, `manifests/${reference}`, manifestType);
    if (!answer.ok) return answer;
    const refusal = refuseManifest(answer.value, `${url}:${tag}`, url, pin);
    if (refusal !== null) return failure(refusal);
    const read = parse(answer.value.body, url);
    if (!read.ok) return read;
    const layers = Array.isArray(read.value['layers']) ? read.value['layers'] : [];
    for (const layer of layers as readonly Json[]) {
      if (!isJsonObject(layer) || layer['mediaType'] !== chartLayer) continue;
      const { digest } = layer;
      if (typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)) {
        return success({ version, digest });
      }
    }
    return failure(indexInvalid({ message: `${url}:${tag} is no Helm chart`, resource: url }));
  };

  return {
    find: async (range, call) => {
      const token = await authorize(origin, `${origin}/v2/`, repository, call);
      if (!token.ok) return token;
      // What is named exactly need not be looked for; a tag may be written in another way, `v1.2.3`.
      if (pin !== undefined || valid(range) !== null) {
        const exact = await manifest(token.value, call, range);
        if (pin !== undefined || exact.ok || exact.error.code !== notFound.definition.code)
          return exact;
      }
      const known = await tags(token.value, call);
      if (!known.ok) return known;
      const chosen = chooseVersion(known.value, range, url);
      return chosen.ok ? manifest(token.value, call, chosen.value) : chosen;
    },
    pull: async ({ version, digest }, call) => {
      const token = await authorize(origin, `${origin}/v2/`, repository, call);
      if (!token.ok) return token;
      const answer = await ask(token.value, call, `blobs/${digest}`, '*/*');
      if (!answer.ok) return answer;
      const bytes = answer.value.body;
      const found = digestOf(bytes);
      if (found === digest) return success(bytes);
      const message = `${url}:${version} has the digest ${found}, its manifest says ${digest}`;
      return failure(chartChanged({ message, resource: url }));
    },
  };
}

/** A manifest that is not what was asked for, or not what the registry says that it gives. */
function refuseManifest(
  { body, headers }: HttpAnswer,
  shown: string,
  resource: string,
  pin: string | undefined,
): FairleadError | null {
  const found = digestOf(body);
  if (pin !== undefined && found !== pin) {
    const message = `${shown} has the digest ${found}, the Source pins ${pin}`;
    return digestMismatch({ message, resource });
  }
  // https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
  const said = headers['docker-content-digest'];
  if (said === undefined || !said.startsWith('sha256:') || said === found) return null;
  const message = `${shown} has the digest ${found}, its registry says ${said}`;
  return chartChanged({ message, resource });
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function parse(body: Buffer, resource: string): Result<JsonObject> {
  try {
    const value = JSON.parse(body.toString('utf8')) as Json;
    if (isJsonObject(value)) return success(value);
  } catch {
    // Told below.
  }
  return failure(indexInvalid({ message: `${resource}: the answer is not JSON`, resource }));
}

/**
 * What a registry wants to see: nothing, user and password, or a token of a service that it names. User and password go to
 * that service only when it belongs to the same site as the registry (`auth.docker.io` for `registry-1.docker.io`).
 */
async function authorize(
  origin: string,
  ping: string,
  repository: string,
  call: RemoteCall,
): Promise<Result<HttpCredentials | null>> {
  const answer = await get({
    ...call,
    credentials: null,
    url: ping,
    maxBytes: maxManifestBytes,
    expect: [401],
  });
  if (!answer.ok) return answer;
  if (answer.value.status !== 401) return success(call.credentials);
  const challenge = answer.value.headers['www-authenticate'] ?? '';
  if (/^basic\b/i.test(challenge)) {
    if (call.credentials !== null) return success(call.credentials);
    return failure(
      authRequired({ message: `${origin} wants a user and password`, resource: origin }),
    );
  }
  const realm = /\brealm="([^"]*)"/i.exec(challenge)?.[1];
  const service = /\bservice="([^"]*)"/i.exec(challenge)?.[1];
  const address = realm === undefined ? null : URL.parse(realm);
  const isWeb = address?.protocol === 'https:' || address?.protocol === new URL(origin).protocol;
  if (address === null || !isWeb) {
    const message = `${origin} wants to be authorised in a way that is not known (${challenge.slice(0, 100)})`;
    return failure(authRequired({ message, resource: origin }));
  }
  if (service !== undefined) address.searchParams.set('service', service);
  address.searchParams.set('scope', `repository:${repository}:pull`);
  const own =
    call.credentials !== null && isSameSite(address, new URL(origin))
      ? { origin: address.origin, authorization: call.credentials.authorization }
      : null;
  const given = await get({
    ...call,
    url: address.href,
    credentials: own,
    accept: 'application/json',
    maxBytes: maxManifestBytes,
  });
  if (!given.ok) return given;
  const read = parse(given.value.body, address.origin);
  if (!read.ok) return read;
  const token = read.value['token'] ?? read.value['access_token'];
  if (typeof token !== 'string' || /[\p{Cc}\s]/u.test(token)) {
    const message = `${address.origin} gives no token`;
    return failure(authRequired({ message, resource: origin }));
  }
  return success({ origin, authorization: `Bearer ${token}` });
}

function isSameSite(left: URL, right: URL): boolean {
  if (left.hostname === right.hostname) return true;
  const isAddress = [left, right].some(({ hostname }) => /^[\d.]+$|^\[/.test(hostname));
  const siteOf = ({ hostname }: URL): string => hostname.split('.').slice(-2).join('.');
  return !isAddress && left.hostname.includes('.') && siteOf(left) === siteOf(right);
}
