import { expect, test } from 'vitest';
import { proxyFor } from './proxy.ts';

const https = new URL('https://api.example.com:6443');
const via = (env: Readonly<Record<string, string>>, server = https): string | null => {
  const proxy = proxyFor(server, undefined, env);
  return proxy === null ? null : `${proxy.kind}://${proxy.host}:${proxy.port}`;
};

test('the proxy of the cluster goes before that of the environment', () => {
  const env = { HTTPS_PROXY: 'http://env:3128' };
  expect(proxyFor(https, 'socks5://user:p%40ss@own', env)).toEqual({
    kind: 'socks5',
    host: 'own',
    port: 1080,
    username: 'user',
    password: 'p@ss',
  });
});

test('the environment says it in capitals or not, with or without a protocol', () => {
  expect(via({ HTTPS_PROXY: 'http://env:3128' })).toBe('http://env:3128');
  expect(via({ https_proxy: 'env:3128' })).toBe('http://env:3128');
  expect(via({ HTTP_PROXY: 'http://env:3128' })).toBeNull();
  expect(via({ HTTP_PROXY: 'https://env' }, new URL('http://api.example.com'))).toBe(
    'https://env:443',
  );
  expect(via({})).toBeNull();
});

test('a header that a client of a CGI program sent is no proxy', () => {
  const env = { HTTP_PROXY: 'http://attacker', REQUEST_METHOD: 'GET' };
  expect(via(env, new URL('http://api.example.com'))).toBeNull();
});

test.each([
  ['*', true],
  ['example.com', true],
  ['.example.com', true],
  ['*.example.com', true],
  ['api.example.com:6443', true],
  ['api.example.com:443', false],
  ['other.com, example.com', true],
  ['ample.com', false],
  ['10.0.0.0/8', false],
])('NO_PROXY=%s exempts the server: %s', (noProxy, isExempt) => {
  const env = { HTTPS_PROXY: 'http://env:3128', NO_PROXY: noProxy };
  expect(via(env) === null).toBe(isExempt);
});

test.each([
  ['https://10.1.2.3', '10.0.0.0/8', true],
  ['https://10.1.2.3', '10.1.2.3', true],
  ['https://11.1.2.3', '10.0.0.0/8', false],
  ['https://[fd00::1]:6443', 'fd00::/8', true],
  ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
  ['https://127.0.0.1:6443', '', true],
  ['https://localhost:6443', '', true],
  ['https://[::1]:6443', '', true],
])('%s is exempt by NO_PROXY=%s: %s', (server, noProxy, isExempt) => {
  const env = { HTTPS_PROXY: 'http://env:3128', no_proxy: noProxy };
  expect(via(env, new URL(server)) === null).toBe(isExempt);
});

test('what is no address is told without repeating it', () => {
  const message = (() => {
    try {
      proxyFor(https, 'ftp://user:canary@proxy', {});
      return 'taken';
    } catch (thrown) {
      return String(thrown);
    }
  })();
  expect(message).toContain('proxy-url is no address of a proxy');
  expect(message).not.toContain('canary');
});
