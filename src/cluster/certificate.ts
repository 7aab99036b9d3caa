import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  bits,
  element,
  identifier,
  integer,
  octets,
  sequence,
  set,
  truth,
  utcTime,
  utf8,
} from './der.ts';

/**
 * X.509 certificates (RFC 5280) for a control plane of one's own: Node can read them and has nothing to make them, and
 * the openssl program is not everywhere.
 */

/** A certificate and its key, both as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for. */
export interface Subject {
  /** The user, for Kubernetes. */
  readonly commonName: string;
  /** The groups, for Kubernetes. */
  readonly organizations?: readonly string[];
}

const dayMs = 86_400_000;
const sha256WithEcdsa = sequence(identifier('1.2.840.10045.4.3.2'));

/** An authority that signs itself. Good for ten years. */
export function createAuthority(name: string, nowMs: number): Certificate {
  const key = newKey();
  const extensions = [
    extension('2.5.29.19', sequence(truth()), true),
    // keyCertSign, cRLSign, digitalSignature
    extension('2.5.29.15', bits(Uint8Array.of(0x86), 1), true),
  ];
  const subject = { commonName: name };
  return issue({ subject, issuer: subject, key, signer: key, extensions, nowMs });
}

/** A certificate for clients and, where it names addresses, for servers. Good for ten years. */
export function createCertificate(
  authority: Certificate,
  issuer: string,
  subject: Subject,
  nowMs: number,
  addresses: { readonly names: readonly string[]; readonly ips: readonly string[] } | null = null,
): Certificate {
  const names = [
    ...(addresses?.names ?? []).map((name) => element(0x82, Buffer.from(name, 'latin1'))),
    ...(addresses?.ips ?? []).map((ip) =>
      element(0x87, Uint8Array.from(ip.split('.').map(Number))),
    ),
  ];
  const uses = [
    identifier('1.3.6.1.5.5.7.3.2'),
    ...(addresses === null ? [] : [identifier('1.3.6.1.5.5.7.3.1')]),
  ];
  const extensions = [
    // digitalSignature
    extension('2.5.29.15', bits(Uint8Array.of(0x80), 7), true),
    extension('2.5.29.37', sequence(...uses)),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', sequence(...names))]),
  ];
  return issue({
    subject,
    issuer: { commonName: issuer },
    key: newKey(),
    signer: { pem: authority.key },
    extensions,
    nowMs,
  });
}

interface NewKey {
  readonly pem: string;
}

function newKey(): NewKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function issue(request: {
  readonly subject: Subject;
  readonly issuer: Subject;
  readonly key: NewKey;
  readonly signer: NewKey;
  readonly extensions: readonly Uint8Array[];
  readonly nowMs: number;
}): Certificate {
  const publicKey: KeyObject = createPublicKey(request.key.pem);
  const body = sequence(
    // Version 3.
    element(0xa0, integer(Uint8Array.of(2))),
    integer(randomBytes(16)),
    sha256WithEcdsa,
    nameOf(request.issuer),
    // Clocks differ a little, also between containers of one machine.
    sequence(utcTime(request.nowMs - dayMs), utcTime(request.nowMs + 3_650 * dayMs)),
    nameOf(request.subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...request.extensions)),
  );
  const whole = sequence(body, sha256WithEcdsa, bits(sign('sha256', body, request.signer.pem)));
  const base64 = Buffer.from(whole).toString('base64').replaceAll(/.{64}/g, '$&\n').trim();
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: request.key.pem,
  };
}

function nameOf({ commonName, organizations = [] }: Subject): Uint8Array {
  const part = (type: string, text: string): Uint8Array =>
    set(sequence(identifier(type), utf8(text)));
  return sequence(
    ...organizations.map((organization) => part('2.5.4.10', organization)),
    part('2.5.4.3', commonName),
  );
}

function extension(type: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(identifier(type), ...(critical ? [truth()] : []), octets(value));
}
