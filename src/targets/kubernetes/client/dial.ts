import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../../system/clock.ts';
import { errorCode } from '../../../system/files.ts';
import type { Access } from '../auth/access.ts';
import type { Credential } from '../auth/credentials.ts';
import { contentOf } from '../auth/file-credentials.ts';
import { certificateInvalid, unavailable } from './errors.ts';
import { done } from './linked.ts';
import { connectThrough } from './proxy-connect.ts';
import { settled } from './settled.ts';

/** How long a connection may take to be made, TLS included. */
const dialTimeoutMs = 10_000;

/** TCP asks for a sign of life after so long without one. */
const keepAliveMs = 30_000;

/** A connection that is ready to be spoken over. */
interface Dialled {
  readonly socket: Socket;
  readonly protocol: 'h2' | 'http/1.1';
}

interface DialOptions {
  readonly access: Access;
  readonly credential: Credential;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Connects to the API server, through its proxy if it has one, and settles on a protocol.
 *
 * @throws FairleadError `kubernetes.unavailable`, `kubernetes.certificate-invalid`
 */
export async function dial(options: DialOptions): Promise<Dialled> {
  const { access, clock } = options;
  const timer = new AbortController();
  const abort = (): void => timer.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  options.signal?.throwIfAborted();
  void clock.sleep(dialTimeoutMs, timer.signal).then(() => {
    timer.abort(new Error(`no connection within ${dialTimeoutMs / 1000} s`));
  });
  let open: Socket | null = null;
  try {
    open = await openSocket(access, timer.signal);
    open.setNoDelay(true);
    open.setKeepAlive(true, keepAliveMs);
    if (access.server.protocol === 'http:') return { socket: open, protocol: 'http/1.1' };
    const secure = await encrypt(open, options, timer.signal);
    return { socket: secure, protocol: secure.alpnProtocol === 'h2' ? 'h2' : 'http/1.1' };
  } catch (thrown) {
    open?.destroy();
    options.signal?.throwIfAborted();
    throw dialFailed(access, thrown);
  } finally {
    options.signal?.removeEventListener('abort', abort);
    timer.abort(done);
  }
}

function hostOf(server: URL): string {
  return server.hostname.replaceAll(/^\[|\]$/g, '');
}

async function openSocket({ server, proxy }: Access, signal: AbortSignal): Promise<Socket> {
  const host = hostOf(server);
  const port = Number(server.port || (server.protocol === 'https:' ? 443 : 80));
  if (proxy !== null) return connectThrough(proxy, host, port, signal);
  return await settled(connect({ host, port }), 'connect', signal);
}

async function encrypt(
  socket: Socket,
  { access, credential }: DialOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { authorities, serverName, insecure } = access.tls;
  const secure = connectTls({
    socket,
    // Without a name of its own the certificate is compared with the host; an address is never sent as a name.
    host: hostOf(access.server),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(authorities === undefined ? {} : { ca: contentOf(authorities) }),
    ...(credential.certificate === null ? {} : credential.certificate),
    rejectUnauthorized: !insecure,
    ALPNProtocols: ['h2', 'http/1.1'],
    minVersion: 'TLSv1.2',
  });
  return await settled(secure, 'secureConnect', signal);
}

/** What OpenSSL and Node call a certificate that is not trusted. */
const untrusted =
  /^(?:ERR_TLS_CERT_ALTNAME_INVALID|CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE)/;

function dialFailed(access: Access, thrown: unknown) {
  const code = errorCode(thrown);
  const what = thrown instanceof Error ? thrown.message : String(thrown);
  const resource = access.server.origin;
  return untrusted.test(code)
    ? certificateInvalid({ message: `${resource}: ${what}`, resource, cause: thrown })
    : unavailable({ message: `${resource}: ${what || code}`, resource, cause: thrown });
}
