import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';
import type { CheckoutBench } from '../support/checkout-bench.ts';
import { writeKubeconfig } from '../support/kubernetes/connect.ts';

/** A cluster that takes connections and says nothing, as one behind a firewall or a dead load balancer. */

const document = (kind: string, name: string, spec: unknown): string =>
  JSON.stringify({ apiVersion: 'fairlead.dev/v1alpha1', kind, metadata: { name }, spec });

/** Commits six applications of a cluster that stands at `server`. @returns its address */
async function go(bench: CheckoutBench, server: Server, scheme: string): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = writeKubeconfig(bench.folder, { cluster: { server: url } });
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  bench.checkout.commit({
    'fairlead.yaml': [
      document('Target', 'cluster', { kubernetes: { kubeconfig, requestTimeout: '3s' } }),
      document('Environment', 'prod', { targets: ['cluster'] }),
      ...names.map((name) =>
        document('Application', name, { path: 'all', environments: ['prod'] }),
      ),
    ].join('\n---\n'),
    'all/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: default }\n',
  });
  return url;
}

test('a plan for a cluster that does not answer waits once, and says which one that is and what to do', async () => {
  await using bench = createCheckoutBench();
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.resume();
  });
  const url = await go(bench, server, 'https');
  const { code, stderr } = await bench.run('plan');
  expect(code).toBe(1);
  expect(stderr).toContain(`f@prod: error: target cluster cannot be opened: ${url} (context test)`);
  expect(stderr).toMatch(/could not be reached, tried for \d+ s: .*no answer .*within 3 s/);
  expect(stderr).toContain(
    `kubectl --kubeconfig ${join(bench.folder, 'kubeconfig')} --context test get --raw /readyz`,
  );
  expect(connections).toBe(1);
  // So does whoever asks how it is.
  const targets = await bench.run('get', 'targets');
  expect(targets.stdout).toMatch(/^cluster .* away since .*\): https:.*could not be reached/m);
  const all = await bench.run('get');
  expect(all.stdout).toMatch(/^a@prod .* target cluster is away since .*could not be reached/m);
  server.close();
});

test('a plan for a cluster that stops answering is told so once, for all of its applications', async () => {
  await using bench = createCheckoutBench();
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
    if (pathname === '/api/v1/namespaces/kube-system') {
      const metadata = { name: 'kube-system', uid: 'u-1', resourceVersion: '1' };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }));
    } else if (!searchParams.has('watch')) asked.push(pathname);
  });
  const url = await go(bench, server, 'http');
  const { stderr } = await bench.run('plan');
  expect(stderr).toContain(`no answer from ${url} within 3 s`);
  // Nobody asks for what each application has on record once it is known that nothing is answered.
  expect(asked.filter((path) => path.includes('fairlead-inventory'))).toEqual([]);
  server.closeAllConnections();
  server.close();
});
