import type { Answer, Question } from '../../src/render/sandbox/protocol.ts';
import { createEngine, heapEndOf } from '../../src/render/sandbox/engine.ts';
import { globalsOf } from '../../src/render/sandbox/instance.ts';
import type { ModuleState } from './wasm-state.ts';

/**
 * Starts the module and lets each engine render something small, so that what they do only once is done: the runtime
 * and 500 packages are initialised, Kustomize has read its schema of all built-in kinds.
 */

const files: Readonly<Record<string, string>> = {
  '/app/kustomization.yaml': `resources: [../base]
namespace: a
labels: [{pairs: {a: b}}]
images: [{name: a, newTag: b}]
configMapGenerator: [{name: c, literals: [a=b]}]
patches:
- patch: |-
    {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 2}}
`,
  '/base/kustomization.yaml': 'resources: [a.yaml]\n',
  '/base/a.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {matchLabels: {a: a}}
  template:
    metadata: {labels: {a: a}}
    spec: {containers: [{name: a, image: a}]}
`,
  '/chart/Chart.yaml': 'apiVersion: v2\nname: a\nversion: 0.1.0\n',
  '/chart/values.yaml': 'a: {b: c}\n',
  '/chart/templates/a.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name | quote }}}
data:
  {{- toYaml .Values.a | nindent 2 }}
`,
};

const requests = [
  // The collector gets going with this one, so that what follows does not double the heap.
  { op: 'versions' },
  { op: 'kustomize', path: '/app' },
  { op: 'helm', helm: { chart: '/chart', releaseName: 'a', namespace: 'a' } },
];

/**
 * Garbage is collected in one go. On its one thread the runtime would otherwise collect beside the work, which runs away
 * from it: how far depends on nothing one could foresee, and what the heap once took it keeps.
 */
const collectAtOnce = 'GODEBUG=gcstoptheworld=2';

/** Every instance begins with this much memory; a warm-up that leaves more makes all of them slow. */
const maxBytes = 48 * 2 ** 20;

/** @param bytes The module as compiled, with its globals exported. */
export async function startState(bytes: Uint8Array<ArrayBuffer>): Promise<ModuleState> {
  const module = await WebAssembly.compile(bytes);
  const engine = createEngine(module, answer, collectAtOnce);
  const { exports } = engine;
  (exports['_initialize'] as () => void)();
  for (const request of requests) {
    const text = JSON.stringify({ ...request, maxOutputBytes: 100_000 });
    const said = Buffer.from(engine.call(text, { clockMs: 0, entropy: new Uint8Array(32) }));
    if (said.includes('"error"')) {
      throw new Error(`the engine does not work: ${said.toString('utf8')}`);
    }
  }
  exports.fairlead_settle();
  const end = heapEndOf(exports);
  if (end > maxBytes) throw new Error(`the start state has ${end} bytes, more than ${maxBytes}`);
  return {
    globals: globalsOf(exports).map(({ value }) => value),
    memory: new Uint8Array(exports.memory.buffer).slice(0, end),
  };
}

function answer(question: Question, path: string): Answer {
  const content = files[path];
  const inside = Object.keys(files).filter((name) => name.startsWith(`${path}/`));
  switch (question) {
    case 'kind':
      return { kind: content === undefined ? (inside[0] ? 'folder' : 'absent') : 'file' };
    case 'content':
      return { bytes: content === undefined ? null : Buffer.from(content) };
    case 'members': {
      const members = inside.map((name) => name.slice(path.length + 1).split('/'));
      const lines = members.map(([name, below]) => `${below === undefined ? 1 : 2}${name}\0`);
      return { bytes: Buffer.from([...new Set(lines)].join('')) };
    }
    case 'real':
      return { bytes: Buffer.from(path) };
  }
}
