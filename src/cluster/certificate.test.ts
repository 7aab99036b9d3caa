import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority, createCertificate } from './certificate.ts';

const now = Date.UTC(2030, 5, 1, 12);
const authority = createAuthority('the authority', now);

test('an authority signs itself', () => {
  const certificate = new X509Certificate(authority.certificate);
  expect(certificate.ca).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.subject).toBe('CN=the authority');
});

test('a certificate is of the authority that signed it, names its user and groups, and has a key', () => {
  const made = createCertificate(
    authority,
    'the authority',
    { commonName: 'ada', organizations: ['system:masters', 'staff'] },
    now,
  );
  const certificate = new X509Certificate(made.certificate);
  const issuer = new X509Certificate(authority.certificate);
  expect(certificate.checkIssued(issuer)).toBe(true);
  expect(certificate.verify(issuer.publicKey)).toBe(true);
  expect(certificate.subject.split('\n')).toEqual(['O=system:masters', 'O=staff', 'CN=ada']);
  expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(new Date(certificate.validFrom).getTime()).toBeLessThan(now);
  expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(now);
});

test('a certificate for a server is good for its names and addresses, and for no other', () => {
  const { certificate } = createCertificate(authority, 'the authority', { commonName: 's' }, now, {
    names: ['localhost'],
    ips: ['127.0.0.1', '10.96.0.1'],
  });
  const read = new X509Certificate(certificate);
  expect(read.checkHost('localhost')).toBe('localhost');
  expect(read.checkIP('10.96.0.1')).toBe('10.96.0.1');
  expect(read.checkIP('10.96.0.2')).toBeUndefined();
  expect(read.checkHost('example.com')).toBeUndefined();
});
