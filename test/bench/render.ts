import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHelmRenderer } from '../../src/render/helm/renderer.ts';
import { createKustomizeRenderer } from '../../src/render/kustomize/renderer.ts';
import type { Renderer } from '../../src/render/renderer.ts';
import { createSandbox } from '../../src/render/sandbox/pool.ts';
import type { SandboxOptions } from '../../src/render/sandbox/pool.ts';
import { testSeed } from '../../src/render/sandbox/sandbox.testing.ts';
import { createTestRepository } from '../../src/render/tree.testing.ts';
import { systemClock } from '../../src/system/clock.ts';

/**
 * `node test/bench/render.ts`: what rendering costs, as one JSON object. The overlays are those of a monorepo: a base of
 * a Deployment, a ServiceAccount, a Service and an Ingress, and for each application a prefix, a namespace, an image
 * and a patch. The charts have the same four objects.
 */

const count = 300;
const objects: Readonly<Record<string, string>> = {
  'deployment.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 0\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: nginx}]}\n',
  'account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n',
  'service.yaml':
    'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}], selector: {app: web}}\n',
  'ingress.yaml':
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n',
};

const files: Record<string, string> = {
  'base/kustomization.yaml': `resources: [${Object.keys(objects).join(', ')}]\n`,
};
for (const [name, text] of Object.entries(objects)) files[`base/${name}`] = text;
for (let index = 0; index < count; index++) {
  files[`overlays/${index}/kustomization.yaml`] =
    `resources: [../../base]\nnamePrefix: a${index}-\nnamespace: n${index % 10}\nimages: [{name: nginx, newTag: "1.27"}]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: replace, path: /spec/replicas, value: 0}\n`;
  files[`charts/${index}/Chart.yaml`] = `apiVersion: v2\nname: web\nversion: 0.0.${index}\n`;
  files[`charts/${index}/values.yaml`] = 'replicas: 1\n';
  for (const [name, text] of Object.entries(objects)) {
    files[`charts/${index}/templates/${name}`] = text
      .replaceAll('name: web', 'name: {{ .Release.Name }}')
      .replace('replicas: 0', 'replicas: {{ .Values.replicas }}');
  }
}

await using repository = await createTestRepository();
const tree = repository.commit(files);
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));

const timed = async (renderer: Renderer, path: string): Promise<number> => {
  const began = performance.now();
  const parameters = { application: 'web', environment: 'dev', timeoutMs: 60_000 };
  const result = await renderer.render(tree, path, parameters);
  if (!result.ok) throw result.error;
  return performance.now() - began;
};

/** Milliseconds for one, over many, some at a time as the engine does. */
const each = async (renderer: Renderer, kind: string): Promise<number> => {
  const began = performance.now();
  for (let index = 0; index < count; index += 8) {
    const some = Array.from({ length: 8 }, (_, at) => (index + at) % count);
    await Promise.all(some.map((one) => timed(renderer, `${kind}/${one}`)));
  }
  return (performance.now() - began) / count;
};

const rssMiB = (): number => process.memoryUsage.rss() / 2 ** 20;
const round = (value: number): number => Math.round(value * 10) / 10;

const open = (more: Partial<SandboxOptions> = {}) => {
  const options = { clock: systemClock, cacheDirectory: folder, maxWorkers: 1, ...more };
  const sandbox = createSandbox(options);
  const tools = { sandbox, seedOf: testSeed };
  return { sandbox, kustomize: createKustomizeRenderer(tools), helm: createHelmRenderer(tools) };
};

try {
  const result: Record<string, number> = { bareRssMiB: rssMiB() };
  {
    const { sandbox, kustomize } = open();
    await using _ = sandbox;
    result['firstEverMs'] = await timed(kustomize, 'overlays/0');
  }
  const { sandbox, kustomize, helm } = open({ idleMs: 500, forgetMs: 1_000 });
  await using _ = sandbox;
  result['firstMs'] = await timed(kustomize, 'overlays/0');
  await each(kustomize, 'overlays');
  result['overlayMs'] = await each(kustomize, 'overlays');
  await each(helm, 'charts');
  result['chartMs'] = await each(helm, 'charts');
  result['warmRssMiB'] = rssMiB();
  while (sandbox.workers > 0) await systemClock.sleep(10);
  result['idleRssMiB'] = rssMiB();
  result['firstWithModuleMs'] = await timed(kustomize, 'overlays/1');
  await systemClock.sleep(3_000);
  global.gc?.();
  result['forgottenRssMiB'] = rssMiB();
  const rounded = Object.entries(result).map(([key, value]) => [key, round(value)]);
  console.log(JSON.stringify(Object.fromEntries(rounded)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
