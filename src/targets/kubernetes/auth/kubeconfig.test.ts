import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../system/clock.ts';
import { resolveAccess } from './access.ts';
import type { Access, AccessOptions } from './access.ts';
import { loadKubeconfig } from './load-kubeconfig.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-kubeconfig-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

interface Parts {
  readonly current?: string;
  readonly clusters?: Readonly<Record<string, object>>;
  readonly users?: Readonly<Record<string, object>>;
  readonly contexts?: Readonly<Record<string, object>>;
}

function write(name: string, parts: Parts): string {
  const path = join(folder, name);
  const list = (field: string, values: Readonly<Record<string, object>> = {}) =>
    Object.entries(values).map(([key, value]) => ({ name: key, [field]: value }));
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': parts.current ?? '',
      clusters: list('cluster', parts.clusters),
      users: list('user', parts.users),
      contexts: list('context', parts.contexts),
    }),
  );
  return path;
}

const plain = (cluster: object = {}, user: object = {}): Parts => ({
  current: 'main',
  clusters: { main: { server: 'https://server:6443', ...cluster } },
  users: { main: user },
  contexts: { main: { cluster: 'main', user: 'main' } },
});

function access(parts: Parts | null, options: Partial<AccessOptions> = {}): Access {
  return resolveAccess({
    kubeconfig: parts === null ? undefined : write('config', parts),
    context: undefined,
    inCluster: undefined,
    untrusted: false,
    env: { HOME: folder },
    clock: systemClock,
    ...options,
  });
}

function refusal(make: () => unknown): { readonly code: string; readonly message: string } {
  try {
    make();
  } catch (thrown) {
    return thrown as { code: string; message: string };
  }
  throw new Error('it was taken');
}

const header = async (parts: Parts): Promise<string | null> =>
  (await access(parts).credentials.current()).authorization;

describe('several kubeconfigs', () => {
  test('count as one: the first to name something has all of it', () => {
    const one = write('one', {
      clusters: { shared: { server: 'https://one' } },
      contexts: { a: { cluster: 'shared' } },
    });
    const two = write('two', {
      current: 'b',
      clusters: {
        shared: { server: 'https://two', 'tls-server-name': 'two' },
        own: { server: 'https://own' },
      },
      contexts: { b: { cluster: 'own' } },
    });
    const list = [one, join(folder, 'not-there'), '', two].join(':');
    const merged = loadKubeconfig({ kubeconfig: undefined, env: { KUBECONFIG: list } });
    expect(merged?.currentContext).toBe('b');
    expect(merged?.clusters.get('shared')).toMatchObject({ server: 'https://one' });
    expect(merged?.clusters.get('shared')?.['tls-server-name']).toBeUndefined();
    expect([...(merged?.contexts.keys() ?? [])].toSorted()).toEqual(['a', 'b']);
  });

  test('are looked for in the home of the user last', () => {
    expect(loadKubeconfig({ kubeconfig: undefined, env: { HOME: folder } })).toBeNull();
    mkdirSync(join(folder, '.kube'));
    write('.kube/config', plain());
    const env = { HOME: folder };
    expect(loadKubeconfig({ kubeconfig: undefined, env })?.currentContext).toBe('main');
    expect(loadKubeconfig({ kubeconfig: '~/.kube/config', env })?.currentContext).toBe('main');
  });

  test('name their files relative to themselves', () => {
    mkdirSync(join(folder, 'sub'));
    const path = write(
      'sub/config',
      plain({}, { 'client-certificate': 'my.crt', tokenFile: '../token' }),
    );
    const user = loadKubeconfig({ kubeconfig: path, env: {} })?.users.get('main');
    expect(user?.['client-certificate']).toBe(join(folder, 'sub/my.crt'));
    expect(user?.tokenFile).toBe(join(folder, 'token'));
  });
});

describe('what cannot be used', () => {
  test.each<readonly [string, () => Parts, Partial<AccessOptions>, string]>([
    ['a context that is not there', () => plain(), { context: 'prod' }, 'it has main'],
    ['no current context', () => ({ ...plain(), current: '' }), {}, 'no current-context'],
    [
      'a cluster that is not there',
      () => ({ ...plain(), clusters: { x: {} } }),
      {},
      'no cluster "main"',
    ],
    ['a user that is not there', () => ({ ...plain(), users: {} }), {}, 'no user "main"'],
    ['no server', () => plain({ server: '' }), {}, 'no http(s) address'],
    ['another protocol', () => plain({ server: 'ftp://x' }), {}, 'no http(s) address'],
    [
      'an authority and no check',
      () => plain({ 'insecure-skip-tls-verify': true, 'certificate-authority-data': 'YQ==' }),
      {},
      'exclude each other',
    ],
    [
      'a token and a password',
      () => plain({}, { token: 't', username: 'u' }),
      {},
      'one of them must go',
    ],
    [
      'a certificate without its key',
      () => plain({}, { 'client-certificate-data': 'YQ==' }),
      {},
      'needs its key',
    ],
    ['groups without a user', () => plain({}, { 'as-groups': ['admins'] }), {}, 'need a user'],
    [
      'an old provider',
      () => plain({}, { 'auth-provider': { name: 'gcp' } }),
      {},
      'use an exec plug-in',
    ],
  ])('%s is told', (_, parts, options, words) => {
    const { code, message } = refusal(() => access(parts(), options));
    expect([code, message.includes(words) ? words : message]).toEqual([
      'kubernetes.kubeconfig-invalid',
      words,
    ]);
  });

  test('two entries of one name are told, and a file that is none', () => {
    const path = join(folder, 'double');
    const cluster = { name: 'a', cluster: { server: 'https://a' } };
    writeFileSync(path, JSON.stringify({ clusters: [cluster, cluster] }));
    expect(refusal(() => access(null, { kubeconfig: path })).message).toContain('two clusters');
    writeFileSync(path, 'users: [{name: a, user: {token: "canary-1\n');
    const { code, message } = refusal(() => access(null, { kubeconfig: path }));
    expect(code).toBe('kubernetes.kubeconfig-invalid');
    expect(message).not.toContain('canary');
  });

  test('one that is named and not there is told; without any this is a pod or nothing', () => {
    const missing = { kubeconfig: join(folder, 'nowhere') };
    expect(refusal(() => access(null, missing)).code).toBe('kubernetes.kubeconfig-missing');
    expect(refusal(() => access(null)).code).toBe('kubernetes.kubeconfig-missing');
    expect(refusal(() => access(null, { inCluster: true })).code).toBe(
      'kubernetes.kubeconfig-missing',
    );
  });

  test('a file of the authority that is not there is told at once', () => {
    const parts = plain({ 'certificate-authority': 'no.crt' });
    expect(refusal(() => access(parts)).code).toBe('kubernetes.credentials-unreadable');
  });
});

describe('a user', () => {
  test('shows a token, a file with one, or a password', async () => {
    expect(await header(plain({}, { token: 'abc' }))).toBe('Bearer abc');
    expect(await header(plain({}, { username: 'ada', password: 'pw' }))).toBe(
      `Basic ${Buffer.from('ada:pw').toString('base64')}`,
    );
    writeFileSync(join(folder, 'token'), ' from-file\n');
    expect(await header(plain({}, { tokenFile: 'token' }))).toBe('Bearer from-file');
    expect(await header(plain({}, { token: 'first', tokenFile: 'token' }))).toBe(
      'Bearer from-file',
    );
    expect(await header(plain({}, { token: 'first', tokenFile: 'nowhere' }))).toBe('Bearer first');
  });

  test('shows nothing over a connection that is not encrypted', async () => {
    expect(await header(plain({ server: 'http://server:8001' }, { token: 'abc' }))).toBeNull();
  });

  test('may act as another', () => {
    const user = { as: 'ada', 'as-uid': '7', 'as-groups': ['ops'], 'as-user-extra': { r: ['x'] } };
    expect(access(plain({}, user)).impersonate).toEqual({
      user: 'ada',
      uid: '7',
      groups: ['ops'],
      extra: { r: ['x'] },
    });
  });
});

describe('a server', () => {
  test('may stand behind a path, and need not say its protocol', () => {
    const url = (cluster: object): string => access(plain(cluster)).server.href;
    expect(url({ server: 'https://rancher/k8s/clusters/c-1?x=1' })).toBe(
      'https://rancher/k8s/clusters/c-1',
    );
    expect(url({ server: 'server:6443', 'insecure-skip-tls-verify': true })).toBe(
      'https://server:6443/',
    );
    expect(url({ server: 'server:8080' })).toBe('http://server:8080/');
  });
});

describe('a kubeconfig that others wrote', () => {
  test.each<readonly [string, object, object]>([
    [
      'run a program',
      {},
      { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh' } },
    ],
    ['use a provider', {}, { 'auth-provider': { name: 'x' } }],
    ['read a token', {}, { tokenFile: '/var/run/secrets/token' }],
    ['read a certificate', {}, { 'client-certificate': '/a', 'client-key': '/b' }],
    ['read an authority', { 'certificate-authority': '/etc/hostname' }, {}],
    ['choose a proxy', { 'proxy-url': 'http://127.0.0.1:1' }, {}],
    ['leave out the encryption', { server: 'http://169.254.169.254' }, {}],
  ])('may not %s', (_, cluster, user) => {
    expect(refusal(() => access(plain(cluster, user), { untrusted: true })).code).toBe(
      'kubernetes.kubeconfig-refused',
    );
  });

  test('may hold all that it needs itself', async () => {
    const parts = plain({ 'certificate-authority-data': 'YQ==' }, { token: 'abc' });
    const { credentials } = access(parts, { untrusted: true });
    expect((await credentials.current()).authorization).toBe('Bearer abc');
  });
});

test('a pod is its service account', async () => {
  writeFileSync(join(folder, 'token'), 'one');
  writeFileSync(join(folder, 'ca.crt'), 'pem');
  const found = access(null, {
    env: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443', HOME: folder },
    serviceAccount: folder,
  });
  expect(found.server.origin).toBe('https://[fd00::1]');
  const first = await found.credentials.current();
  expect(first.authorization).toBe('Bearer one');
  writeFileSync(join(folder, 'token'), 'two');
  expect(await found.credentials.renew(first)).toBe(true);
  expect((await found.credentials.current()).authorization).toBe('Bearer two');
  rmSync(join(folder, 'token'));
  expect(await found.credentials.renew(first)).toBe(true);
  expect((await found.credentials.current()).authorization).toBe('Bearer two');
});
