import { isIP, BlockList } from 'node:net';
import { proxyInvalid } from './errors.ts';

/** The proxy that leads to a server. */
export interface Proxy {
  readonly kind: 'http' | 'https' | 'socks5';
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

const defaultPorts = { http: 80, https: 443, socks5: 1080 } as const;

/**
 * The proxy for `server`: `proxy-url` of the cluster, else what the environment says, by the rules that kubectl has
 * from Go (golang.org/x/net/http/httpproxy). `null`: none.
 *
 * @throws FairleadError `kubernetes.proxy-invalid`
 */
export function proxyFor(
  server: URL,
  proxyUrl: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Proxy | null {
  if (proxyUrl !== undefined) return parseProxy(proxyUrl, 'proxy-url');
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  // Inside a CGI program HTTP_PROXY is a header that a client sent.
  if (name === 'HTTP_PROXY' && env['REQUEST_METHOD'] !== undefined) return null;
  const given = env[name] ?? env[name.toLowerCase()] ?? '';
  if (given === '' || goesDirectly(server, env['NO_PROXY'] ?? env['no_proxy'] ?? '')) return null;
  return parseProxy(given.includes('://') ? given : `http://${given}`, name);
}

function parseProxy(text: string, where: string): Proxy {
  const url = URL.parse(text);
  const kind = url?.protocol.replace(/:$/, '').replace(/^socks5h$/, 'socks5');
  if (
    url === null ||
    url.hostname === '' ||
    (kind !== 'http' && kind !== 'https' && kind !== 'socks5')
  )
    // The text may hold a password.
    throw proxyInvalid({ message: `${where} is no address of a proxy`, resource: where });
  return {
    kind,
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPorts[kind] : Number(url.port),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

/** Whether `NO_PROXY` (hosts, domains, addresses, ranges, each with or without a port; `*`) exempts the server. */
function goesDirectly(server: URL, noProxy: string): boolean {
  const host = server.hostname.replaceAll(/^\[|\]$/g, '').toLowerCase();
  const port = server.port === '' ? (server.protocol === 'https:' ? '443' : '80') : server.port;
  if (host === 'localhost' || isLoopback(host)) return true;
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && exempts(entry, host, port));
}

function exempts(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(entry, host);
  const { name, wantedPort } = splitPort(entry);
  if (wantedPort !== '' && wantedPort !== port) return false;
  if (isIP(name) !== 0) return name === host;
  if (isIP(host) !== 0) return false;
  const domain = name.replace(/^\*(?=\.)/, '');
  return domain.startsWith('.')
    ? host.endsWith(domain)
    : host === domain || host.endsWith(`.${domain}`);
}

function splitPort(entry: string): { readonly name: string; readonly wantedPort: string } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry);
  if (bracketed !== null) return { name: bracketed[1] ?? '', wantedPort: bracketed[2] ?? '' };
  const plain = /^([^:]*):(\d+)$/.exec(entry);
  return plain === null
    ? { name: entry, wantedPort: '' }
    : { name: plain[1] ?? '', wantedPort: plain[2] ?? '' };
}

function inRange(entry: string, host: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const [family, own] = [isIP(network), isIP(host)];
  if (family === 0 || family !== own || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const range = new BlockList();
  range.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return range.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function isLoopback(host: string): boolean {
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1';
}
