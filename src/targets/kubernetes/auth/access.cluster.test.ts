import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { openKube } from '../../../../test/support/cluster.ts';
import type { Kube, KubeObject } from '../../../../test/support/cluster.ts';
import { connect, writeKubeconfig } from '../../../../test/support/kubernetes/connect.ts';
import type { Connection } from '../../../../test/support/kubernetes/connect.ts';
import { openFront } from '../../../../test/support/kubernetes/front.ts';
import { openConnectProxy, openSocksProxy } from '../../../../test/support/kubernetes/proxies.ts';
import { createAuthority } from '../../../cluster/certificate.ts';
import type { Cluster } from '../connect.ts';

let kube: Kube;
let folder: string;
let namespace: string;
/** Of the suite's cluster, as a kubeconfig has them. */
let server: string;
let authority: string;
let admin: Readonly<Record<string, string>>;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  kube = openKube();
  namespace = await kube.namespace('access');
  const config: KubeObject = JSON.parse(readFileSync(inject('cluster').kubeconfig, 'utf8'));
  ({ server, 'certificate-authority-data': authority } = config.clusters[0].cluster);
  admin = config.users[0].user;
  await kube.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'viewer', namespace }],
  });
  await kube.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
    metadata: { name: 'viewer' },
  });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-access-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

async function open(
  parts: {
    readonly cluster?: Readonly<Record<string, unknown>>;
    readonly user?: Readonly<Record<string, unknown>>;
  },
  connection: Connection = {},
): Promise<Cluster> {
  const kubeconfig = writeKubeconfig(folder, {
    cluster: parts.cluster ?? { server, 'certificate-authority-data': authority },
    user: parts.user ?? admin,
  });
  const { settings, ...others } = connection;
  const cluster = await connect({ ...others, settings: { ...settings, kubeconfig } });
  closing.push(() => cluster.close());
  return cluster;
}

async function whoAmI({ client }: Cluster): Promise<KubeObject> {
  const { text } = await client.raw({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  });
  return JSON.parse(text).status.userInfo;
}

async function token(): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/viewer/token`;
  return (await kube.post(path, { spec: { expirationSeconds: 3600 } })).status.token;
}

const account = (): string => `system:serviceaccount:${namespace}:viewer`;

async function failure(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'it was taken',
    ({ code }: { readonly code: string }) => code,
  );
}

test('a login program that fails late is what is told, not that the server did not answer', async () => {
  const program = join(folder, 'login');
  writeFileSync(program, '#!/bin/sh\nsleep 2\necho session is over >&2\nexit 3\n');
  chmodSync(program, 0o700);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: program,
    interactiveMode: 'Never',
  };
  const settings = { requestTimeout: '1s' };
  const opened = open({ user: { exec } }, { env: process.env, settings }).then(whoAmI);
  await expect(opened).rejects.toThrow('ended with code 3: session is over');
});

describe('a user is known', () => {
  test('by a certificate, in the kubeconfig or in files', async () => {
    expect((await whoAmI(await open({}))).username).toBe('admin');
    const file = (name: string, base64: string): string => {
      writeFileSync(join(folder, name), Buffer.from(base64, 'base64'));
      return name;
    };
    const user = {
      'client-certificate': file('me.crt', admin['client-certificate-data']!),
      'client-key': file('me.key', admin['client-key-data']!),
    };
    const cluster = { server, 'certificate-authority': file('ca.crt', authority) };
    expect((await whoAmI(await open({ cluster, user }))).username).toBe('admin');
  });

  test('by a token, also one whose file is written anew', async () => {
    const good = await token();
    expect((await whoAmI(await open({ user: { token: good } }))).username).toBe(account());
    writeFileSync(join(folder, 'token'), 'not.a.token');
    const user = { tokenFile: 'token' };
    expect(await failure(open({ user }))).toBe('kubernetes.unauthorized');
    writeFileSync(join(folder, 'token'), good);
    const cluster = await open({ user });
    writeFileSync(join(folder, 'token'), await token());
    expect((await whoAmI(cluster)).username).toBe(account());
  });

  test('by what a program gives, asked again when the server refuses it', async () => {
    writeFileSync(join(folder, 'good'), await token());
    const path = join(folder, 'plugin');
    writeFileSync(
      path,
      `#!/bin/sh
echo called >> '${folder}/calls'
if [ "$(wc -l < '${folder}/calls')" -eq 1 ]; then TOKEN=bad; else TOKEN=$(cat '${folder}/good'); fi
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$TOKEN"
`,
    );
    chmodSync(path, 0o700);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './plugin',
      interactiveMode: 'IfAvailable',
    };
    const cluster = await open({ user: { exec } }, { env: process.env });
    expect((await whoAmI(cluster)).username).toBe(account());
    expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  test('by the certificate that a program gives', async () => {
    const pem = (field: string): string => Buffer.from(admin[field]!, 'base64').toString();
    writeFileSync(
      join(folder, 'answer'),
      JSON.stringify({
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        status: {
          clientCertificateData: pem('client-certificate-data'),
          clientKeyData: pem('client-key-data'),
        },
      }),
    );
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'cat',
      args: [join(folder, 'answer')],
      interactiveMode: 'Never',
    };
    const cluster = await open({ user: { exec } }, { env: process.env });
    expect((await whoAmI(cluster)).username).toBe('admin');
  });

  test('in a pod by its service account', async () => {
    writeFileSync(join(folder, 'token'), await token());
    writeFileSync(join(folder, 'ca.crt'), Buffer.from(authority, 'base64'));
    const { hostname, port } = new URL(server);
    const cluster = await connect({
      settings: { kubeconfig: undefined as never, inCluster: true },
      env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
      serviceAccount: folder,
    });
    closing.push(() => cluster.close());
    expect((await whoAmI(cluster)).username).toBe(account());
  });

  test('not by nothing', async () => {
    expect(await failure(open({ user: {} }))).toMatch(/^kubernetes\.(unauthorized|forbidden)$/);
  });
});

describe('acting as another', () => {
  const groups = ['system:masters', 'ops'];

  test('the server sees user, groups, uid and more', async () => {
    const user = {
      ...admin,
      as: 'ada',
      'as-uid': '7',
      'as-groups': groups,
      'as-user-extra': { 'Example.com/Why': ['a', 'b c'] },
    };
    expect(await whoAmI(await open({ user }))).toMatchObject({
      username: 'ada',
      uid: '7',
      groups: expect.arrayContaining(groups) as unknown,
      extra: { 'example.com/why': ['a', 'b c'] },
    });
  });

  test('settings go before the kubeconfig, and a client of its own before both', async () => {
    const user = { ...admin, as: 'ada', 'as-groups': groups };
    const settings = { impersonate: { user: 'bob', groups } };
    const cluster = await open({ user }, { settings });
    expect((await whoAmI(cluster)).username).toBe('bob');
    const client = cluster.client.as({ user: 'eve' });
    expect(await whoAmI({ ...cluster, client })).toMatchObject({
      username: 'eve',
      groups: ['system:authenticated'],
    });
    await expect(
      client.list({
        group: '',
        version: 'v1',
        kind: 'Secret',
        plural: 'secrets',
        namespaced: true,
        verbs: [],
        subresources: [],
      }),
    ).rejects.toMatchObject({ code: 'kubernetes.forbidden', class: 'denied' });
  });

  test.each([
    { user: '' },
    { user: ' ' },
    { user: 'ada', groups: [''] },
    { user: 'ada', uid: '' },
    { user: 'ada\r\nimpersonate-group: system:masters' },
  ])('nobody (%j) is refused before anything is sent', async (identity) => {
    const { client } = await open({});
    const make = (): unknown => client.as(identity);
    expect(make).toThrow(expect.objectContaining({ code: 'kubernetes.identity-empty' }));
  });
});

describe('the server is known', () => {
  test('by its authority alone', async () => {
    const other = Buffer.from(createAuthority('other', Date.now()).certificate).toString('base64');
    const cluster = { server, 'certificate-authority-data': other };
    expect(await failure(open({ cluster }))).toBe('kubernetes.certificate-invalid');
    expect(await failure(open({ cluster: { server } }))).toBe('kubernetes.certificate-invalid');
    const unchecked = { server, 'insecure-skip-tls-verify': true };
    expect((await whoAmI(await open({ cluster: unchecked }))).username).toBe('admin');
  });

  test('by the name that the kubeconfig gives it', async () => {
    const front = await openFront();
    closing.push(() => front.close());
    const cluster = (name: string) => ({
      server: front.url,
      'certificate-authority-data': front.authority,
      'tls-server-name': name,
    });
    expect((await open({ cluster: cluster('front.test') })).uid).toBe((await open({})).uid);
    expect(await failure(open({ cluster: cluster('other.test') }))).toBe(
      'kubernetes.certificate-invalid',
    );
  });
});

describe('a proxy leads to the server', () => {
  test('by CONNECT, with user and password', async () => {
    const proxy = await openConnectProxy('user:password');
    closing.push(() => proxy.close());
    const through = (user: string) => ({
      server,
      'certificate-authority-data': authority,
      'proxy-url': `http://${user}@127.0.0.1:${proxy.port}`,
    });
    const cluster = await open({ cluster: through('user:password') });
    expect((await whoAmI(cluster)).username).toBe('admin');
    expect(proxy.asked[0]).toBe(`user:password ${new URL(server).host}`);
    const refused = await open(
      { cluster: through('user:canary') },
      {
        settings: { requestTimeout: '1s' },
      },
    ).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: 'kubernetes.unavailable' });
    expect(String(refused)).not.toContain('canary');
    expect(String(refused)).toContain('407');
  });

  test('by SOCKS5, with user and password', async () => {
    const proxy = await openSocksProxy();
    closing.push(() => proxy.close());
    const cluster = {
      server,
      'certificate-authority-data': authority,
      'proxy-url': `socks5://user:password@127.0.0.1:${proxy.port}`,
    };
    expect((await whoAmI(await open({ cluster }))).username).toBe('admin');
    expect(proxy.asked[0]).toBe(`user:password ${new URL(server).host}`);
  });

  test('but not to the loopback, whatever the environment says', async () => {
    const proxy = await openConnectProxy();
    closing.push(() => proxy.close());
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    expect((await whoAmI(await open({}, { env }))).username).toBe('admin');
    expect(proxy.asked).toEqual([]);
  });
});
