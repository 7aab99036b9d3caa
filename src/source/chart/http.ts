import { lookup as resolve } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { FairleadError } from '../../model/error.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import {
  authRequired,
  cancelled,
  downloadTooLarge,
  notFound,
  redirected,
  timedOut,
  unreachable,
  urlForbidden,
} from '../errors.ts';

/** User and password for one origin; they go nowhere else. */
export interface HttpCredentials {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Value of the `authorization` header. */
  readonly authorization: string;
}

/** What is asked of a server; `credentials` are sent to their own origin alone. */
interface HttpRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD';
  readonly accept?: string;
  readonly credentials: HttpCredentials | null;
  /** Most bytes of the answer's body. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Statuses beside 2xx that are an answer. Default none. */
  readonly expect?: readonly number[];
}

/** A whole answer; the names of `headers` are in lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const maxRedirects = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** Link-local addresses: that is where clouds hand out the credentials of a machine. */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');
const forbiddenNames = new Set(['metadata.google.internal', 'metadata.goog', 'instance-data']);

/**
 * Asks a server. Follows a few redirects, never from https to http; credentials go to their own origin alone, and no
 * request goes to a link-local address, whatever name it hides behind.
 */
export async function get(request: HttpRequest): Promise<Result<HttpAnswer>> {
  let url = request.url;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await once(request, url);
    if (!answer.ok) return answer;
    const { status, headers } = answer.value;
    const location = headers['location'];
    if (!redirectStatuses.has(status) || location === undefined)
      return judge(request, url, answer.value);
    const next = URL.parse(location, url);
    if (next === null || (next.protocol !== 'https:' && next.protocol !== 'http:')) {
      const message = `${url} leads to ${location}, which is no http(s) address`;
      return failure(redirected({ message, resource: request.url }));
    }
    if (new URL(url).protocol === 'https:' && next.protocol === 'http:') {
      const message = `${url} leads from https to ${next.origin}`;
      return failure(redirected({ message, resource: request.url }));
    }
    url = next.href;
  }
  return failure(redirected({ message: `${request.url} leads on and on`, resource: request.url }));
}

function judge(request: HttpRequest, url: string, answer: HttpAnswer): Result<HttpAnswer> {
  const { status } = answer;
  if ((status >= 200 && status < 300) || request.expect?.includes(status) === true) {
    return success(answer);
  }
  const shown = withoutQuery(url);
  const message = `${shown} answers ${status}`;
  if (status === 401 || status === 403) return failure(authRequired({ message, resource: shown }));
  if (status === 404 || status === 410) return failure(notFound({ message, resource: shown }));
  return failure(unreachable({ message, resource: shown }));
}

/** A query may hold a signature that lets others in. */
function withoutQuery(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? url : `${parsed.origin}${parsed.pathname}`;
}

async function once(request: HttpRequest, url: string): Promise<Result<HttpAnswer>> {
  const { method = 'GET', accept = '*/*', credentials, timeoutMs, signal } = request;
  const parsed = new URL(url);
  const shown = withoutQuery(url);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (isForbidden(host)) return failure(linkLocal(shown, host));
  const isOwn = credentials !== null && credentials.origin === parsed.origin;
  const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const answer = await new Promise<HttpAnswer>((settle, reject) => {
      const send = parsed.protocol === 'https:' ? requestHttps : requestHttp;
      const outgoing = send(parsed, {
        method,
        headers: {
          accept,
          'accept-encoding': 'identity',
          'user-agent': 'fairlead',
          ...(isOwn ? { authorization: credentials.authorization } : {}),
        },
        lookup: checkedLookup,
        signal: over,
        agent: false,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        collect(incoming, request.maxBytes, shown).then(settle, (thrown: unknown) => {
          outgoing.destroy();
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        });
      });
      outgoing.end();
    });
    return success(answer);
  } catch (thrown) {
    if (thrown instanceof FairleadError) return failure(thrown);
    if (signal.aborted) return failure(cancelled({ message: `${shown} was cancelled` }));
    if (over.aborted) {
      return failure(timedOut({ message: `${shown} did not answer within ${timeoutMs} ms` }));
    }
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    return failure(unreachable({ message: `${shown}: ${cause}`, resource: shown, cause: thrown }));
  }
}

async function collect(
  incoming: IncomingMessage,
  maxBytes: number,
  shown: string,
): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > maxBytes) {
      const message = `${shown} has more than ${maxBytes} bytes`;
      throw downloadTooLarge({ message, resource: shown });
    }
    parts.push(bytes);
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
  return { status: incoming.statusCode ?? 0, headers, body: Buffer.concat(parts) };
}

/** Resolves a name as the system does, and refuses it when any of its addresses is link-local. */
const checkedLookup: LookupFunction = (hostname, options, done) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    const addresses: LookupAddress[] = error === null ? found : [];
    const bad = addresses.find(({ address }) => isForbidden(address));
    const first = addresses[0];
    if (error !== null) done(error, '', 0);
    else if (bad !== undefined) done(linkLocal(hostname, bad.address), '', 0);
    else if (options.all === true) done(null, addresses);
    else done(null, first?.address ?? '', first?.family ?? 0);
  });
};

function isForbidden(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return forbiddenNames.has(host.toLowerCase().replace(/\.$/, ''));
  if (family === 4) return forbidden.check(host, 'ipv4');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1];
  if (mapped !== undefined) return forbidden.check(mapped, 'ipv4');
  return forbidden.check(host, 'ipv6');
}

function linkLocal(shown: string, address: string): FairleadError {
  return urlForbidden({
    message: `${shown} is at the link-local address ${address}`,
    resource: shown,
  });
}
