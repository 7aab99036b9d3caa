import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { createHelmRenderer } from '../../../src/render/helm/renderer.ts';
import { createKustomizeRenderer } from '../../../src/render/kustomize/renderer.ts';
import type { RenderParameters } from '../../../src/render/renderer.ts';
import { createSandboxProcess } from '../../../src/render/sandbox/process/sandbox-process.ts';
import { openGit } from '../../../src/source/git.ts';
import { createObjectReader } from '../../../src/source/object-reader.ts';
import { TreeCache } from '../../../src/source/tree-cache.ts';
import { createTree } from '../../../src/source/tree.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { git, gitEnvironment } from '../monorepo.ts';
import { openBareClient } from './h2.ts';
import type { BareClient } from './h2.ts';
import { resources } from './workload.ts';
import type { LiveObject, WorkloadKind } from './workload.ts';

/**
 * What a deployment costs a program that has to find out what to apply, may not run the engines outside of their sandbox,
 * and writes down what an application will own before the first object, and what became of it after the last. It does
 * nothing else: no plan, no checks, no history, no watch but one that tells what is healthy.
 *
 * `node bare-deployer.ts URL FOLDER KUBECONFIG kustomize|helm`; FOLDER does not exist yet. It ends when all are healthy.
 */

/** Applications at a time, as Fairlead does. */
const parallel = 16;
const records = '/api/v1/namespaces/fairlead-bench/configmaps';

const [url = '', folder = '', kubeconfig = '', format = 'kustomize'] = process.argv.slice(2);
const sandbox = createSandboxProcess({
  clock: systemClock,
  cacheDirectory: join(homedir(), '.cache', 'fairlead'),
});
sandbox.foresee();
const client = openBareClient(kubeconfig, 1);
const healthy = await watchHealthy(client);

git('/', 'init', '--quiet', '--bare', folder);
git(folder, 'ls-remote', url, 'HEAD', 'refs/heads/*');
git(folder, '-c', 'fetch.fsckObjects=true', 'fetch', '--quiet', url, 'HEAD:refs/heads/live');
const reader = createObjectReader(
  await openGit({ environment: gitEnvironment(), clock: systemClock }),
  { repository: folder },
  { clock: systemClock },
);
const cache = new TreeCache();
const root = run('rev-parse', 'refs/heads/live^{tree}');
const tree = createTree({ reader: () => reader, cache, resource: url }, root);
const seedOf = () => ({ clockMs: 0, entropy: new Uint8Array(32) });
const tools = { sandbox, seedOf };
const renderer = format === 'helm' ? createHelmRenderer(tools) : createKustomizeRenderer(tools);

const waiting = run('ls-tree', '-r', '--name-only', root, 'fairlead/')
  .split('\n')
  .flatMap((file) => parseAllDocuments(run('cat-file', 'blob', `${root}:${file}`)))
  .map((document): LiveObject => document.toJS())
  .filter(({ kind }) => kind === 'Application')
  .map(({ metadata, spec }) => ({ name: String(metadata.name), path: String(spec.path) }));
const names = waiting.map(({ name }) => name);

await Promise.all(
  Array.from({ length: parallel }, async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await deploy(one);
  }),
);
await Promise.all(names.map((name) => healthy(name)));
process.exit(0);

async function deploy({ name, path }: { readonly name: string; readonly path: string }) {
  const parameters: RenderParameters = {
    application: name,
    environment: 'live',
    timeoutMs: 60_000,
  };
  const rendered = await renderer.render(tree, path, parameters);
  if (!rendered.ok) throw rendered.error;
  const objects = rendered.value.manifests.map(({ body }) => body as LiveObject);
  const owned = objects.map(({ kind, metadata }) => ({ kind, name: metadata.name }));
  const record = (entries: object): string =>
    JSON.stringify({ metadata: { name }, data: { record: JSON.stringify(entries) } });
  await send('POST', records, record(owned));
  const live = await Promise.all(objects.map(apply));
  await send('PUT', `${records}/${name}`, record(live));
}

async function apply(object: LiveObject): Promise<object> {
  const { name, namespace } = object.metadata;
  const { api, plural } = resources[object.kind as WorkloadKind];
  const path = `${api}/namespaces/${namespace}/${plural}/${name}?fieldManager=bench&force=true`;
  const body = await send('PATCH', path, JSON.stringify(object), 'application/apply-patch+yaml');
  const { metadata }: LiveObject = JSON.parse(body);
  return { kind: object.kind, name, uid: metadata.uid, version: metadata.resourceVersion };
}

async function send(method: string, path: string, body: string, type?: string): Promise<string> {
  const answer = await client.send(method, path, body, type);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  return answer.body;
}

/** Watches Deployments; gives what waits until one is as its newest generation wants it. */
async function watchHealthy(by: BareClient): Promise<(name: string) => Promise<void>> {
  const done = new Set<string>();
  const waits = new Map<string, () => void>();
  by.lines('/apis/apps/v1/deployments?watch=1', (text) => {
    const { object } = JSON.parse(text) as { readonly object: LiveObject };
    const { metadata, spec, status } = object;
    if ((status?.observedGeneration ?? 0) < metadata.generation) return;
    if ((status.availableReplicas ?? 0) < spec.replicas) return;
    done.add(metadata.name);
    waits.get(metadata.name)?.();
  });
  return async (name) => {
    if (!done.has(name)) await new Promise<void>((resolve) => waits.set(name, resolve));
  };
}

function run(...args: readonly string[]): string {
  const options = { cwd: folder, env: gitEnvironment(), encoding: 'utf8' } as const;
  return execFileSync('git', args, options).trimEnd();
}
