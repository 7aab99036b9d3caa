import { failure, success, type Result } from '../model/result.ts';
import { protocolRefused, urlForbidden, urlInvalid } from './errors.ts';
import { scrub } from './scrub.ts';

/** Where a repository is, checked. */
export interface RemoteUrl {
  readonly kind: 'file' | 'http' | 'ssh' | 'git';
  /** What Git is given; the identity of the mirror. */
  readonly url: string;
  /** Scheme, host and port of an http(s) URL: credentials go nowhere else. Empty for others. */
  readonly origin: string;
}

const schemes: Readonly<Record<string, RemoteUrl['kind']>> = {
  'file:': 'file',
  'http:': 'http',
  'https:': 'http',
  'ssh:': 'ssh',
  'git:': 'git',
};

/**
 * Checks a URL of the forms that Git knows: `scheme://…`, `user@host:path` and an absolute path.
 *
 * Refused: what could be read as an option, control characters, `transport::address` (it runs programs), passwords in
 * the URL, and link-local hosts (cloud metadata).
 */
export function parseRemoteUrl(text: string): Result<RemoteUrl> {
  const shown = scrub(text);
  const invalid = (why: string): Result<RemoteUrl> =>
    failure(urlInvalid({ message: `${JSON.stringify(shown)} ${why}`, resource: shown }));

  if (text === '' || /[\p{Cc} ]/u.test(text)) {
    return invalid('is empty or holds a space or control character');
  }
  if (text.startsWith('-')) return invalid('starts with a dash');
  if (text.startsWith('/')) return success({ kind: 'file', url: trimSlashes(text), origin: '' });
  if (/^[a-z0-9+.-]+::/i.test(text)) {
    return failure(
      protocolRefused({
        message: `${JSON.stringify(shown)} would run a remote helper`,
        resource: shown,
      }),
    );
  }
  if (/^[a-z0-9+.-]+:\/\//i.test(text)) return parseWithScheme(text, shown, invalid);
  const scp = /^(?:(?<user>[^@:/]+)@)?(?<host>\[[0-9a-f:%.]+\]|[^:/@[\]]+):(?<path>.+)$/i.exec(
    text,
  );
  if (scp?.groups === undefined) return invalid('is neither a URL nor an absolute path');
  const host = scp.groups['host'] ?? '';
  if (host.startsWith('-') || scp.groups['user']?.startsWith('-') === true) {
    return invalid('has a host or user that starts with a dash');
  }
  if (isLinkLocal(host)) return forbidden(shown);
  return success({ kind: 'ssh', url: trimSlashes(text), origin: '' });
}

function parseWithScheme(
  text: string,
  shown: string,
  invalid: (why: string) => Result<RemoteUrl>,
): Result<RemoteUrl> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return invalid('is not a URL');
  }
  const kind = schemes[url.protocol];
  if (kind === undefined) {
    return failure(
      protocolRefused({
        message: `${JSON.stringify(shown)} uses ${url.protocol.slice(0, -1)}, which is not allowed`,
        resource: shown,
      }),
    );
  }
  if (url.password !== '') return invalid('holds a password');
  if (decodeURIComponentSafely(url.username).startsWith('-') || url.hostname.startsWith('-')) {
    return invalid('has a host or user that starts with a dash');
  }
  if (kind === 'file') {
    if (url.hostname !== '' && url.hostname !== 'localhost') return invalid('names a host');
    return success({ kind, url: trimSlashes(text), origin: '' });
  }
  if (url.hostname === '') return invalid('has no host');
  if (url.search !== '' || url.hash !== '') return invalid('has a query or fragment');
  if (isLinkLocal(url.hostname)) return forbidden(shown);
  return success({
    kind,
    url: trimSlashes(text),
    origin: kind === 'http' ? `${url.protocol}//${url.host}` : '',
  });
}

function forbidden(shown: string): Result<RemoteUrl> {
  return failure(
    urlForbidden({ message: `${JSON.stringify(shown)} is a link-local address`, resource: shown }),
  );
}

/** 169.254.0.0/16 and fe80::/10 (RFC 3927, RFC 4291 §2.5.6), also IPv4 mapped into IPv6. */
function isLinkLocal(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    bare.startsWith('169.254.') ||
    /^fe[89ab][0-9a-f]?:/.test(bare) ||
    /^::ffff:(a9fe:|169\.254\.)/.test(bare)
  );
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function trimSlashes(text: string): string {
  return text.replace(/(?<=[^/:])\/+$/, '');
}
