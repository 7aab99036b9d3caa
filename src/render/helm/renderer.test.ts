import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { showLookup } from '../../model/cluster.ts';
import type { Lookup, LookupResult } from '../../model/cluster.ts';
import type { HelmConfig } from '../../model/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { RenderParameters, Rendered } from '../renderer.ts';
import { createTestSandbox, testSeed } from '../sandbox/sandbox.testing.ts';
import { helmSettings } from '../sandbox/settings.ts';
import { createTestRepository } from '../tree.testing.ts';
import type { TestFile, TestRepository } from '../tree.testing.ts';
import { createHelmRenderer } from './renderer.ts';

let repository: TestRepository;
const sandbox = createTestSandbox();
beforeAll(async () => {
  repository = await createTestRepository();
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});

const renderer = createHelmRenderer({ sandbox, seedOf: testSeed });
const parameters: RenderParameters = { application: 'web', environment: 'dev', timeoutMs: 30_000 };
type Settings = Partial<HelmConfig>;

const render = (files: Record<string, TestFile>, settings: Settings = {}) =>
  renderer.render(repository.commit(files), 'app', {
    ...parameters,
    helm: { ...helmSettings(parameters), ...settings },
  });

async function rendered(files: Record<string, TestFile>, settings?: Settings): Promise<Rendered> {
  const result = await render(files, settings);
  if (!result.ok) throw result.error;
  return result.value;
}

/** A chart with one ConfigMap, whose data are these lines of a template. */
const chart = (...data: readonly string[]): Record<string, string> => ({
  'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.2.3\n',
  'app/values.yaml': 'a: chart\nb: chart\nc: chart\nd: chart\n',
  'app/templates/map.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}
data:
${data.map((line) => `  ${line}\n`).join('')}`,
});

const dataOf = ({ manifests }: Rendered): unknown => manifests[0]?.body['data'];

test('a chart is rendered by Helm, as a release of the name of the application', async () => {
  const result = await rendered(chart('version: {{ .Chart.Version | quote }}'));
  expect(result.manifests).toEqual([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'web',
      namespace: 'default',
      body: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'web', namespace: 'default' },
        data: { version: '1.2.3' },
      },
      origin: { file: 'app/templates/map.yaml' },
    },
  ]);
});

test('values: the chart, then each file in its order, then what stands in the application', async () => {
  const files = {
    ...chart('all: {{ list .Values.a .Values.b .Values.c .Values.d | join " " }}'),
    'app/one.yaml': 'b: one\nc: one\nd: one\n',
    'shared/two-dev.yaml': 'c: two\nd: two\n',
  };
  const valuesFiles = ['one.yaml', '/shared/two-{environment}.yaml'];
  const result = await rendered(files, { valuesFiles, values: { d: 'inline' } });
  expect(dataOf(result)).toEqual({ all: 'chart one two inline' });
  expect(result.readSet.get('shared/two-dev.yaml')).toMatch(/^[0-9a-f]{40}$/);
});

test('a values file may lie outside of the chart, not outside of the repository', async () => {
  const files = { ...chart('a: {{ .Values.a }}'), 'a.yaml': 'a: beside\n' };
  expect(dataOf(await rendered(files, { valuesFiles: ['../a.yaml'] }))).toEqual({ a: 'beside' });
  expect(await render(files, { valuesFiles: ['../../a.yaml'] })).toMatchObject({
    ok: false,
    error: { code: 'source.path-escape' },
  });
});

test('a values file that is not there is an error, or left out where that is asked for', async () => {
  const files = chart('a: {{ .Values.a }}');
  const valuesFiles = ['missing.yaml'];
  const result = await render(files, { valuesFiles });
  expect(result).toMatchObject({
    ok: false,
    error: { code: 'render.values-missing', message: 'there is no values file app/missing.yaml' },
  });
  expect(!result.ok && result.readSet?.get('app/missing.yaml')).toBeNull();
  const without = await rendered(files, { valuesFiles, ignoreMissingValuesFiles: true });
  expect(dataOf(without)).toEqual({ a: 'chart' });
  expect(without.readSet.get('app/missing.yaml')).toBeNull();
});

test('names of the release and the namespace have the environment in them', async () => {
  const { manifests } = await rendered(chart('a: b'), {
    releaseName: 'r-{environment}',
    namespace: 'n-{environment}',
  });
  expect(manifests[0]).toMatchObject({ name: 'r-dev', namespace: 'n-dev' });
});

test('CRDs come first, hooks keep their annotations, tests and notes are left out', async () => {
  const object = (name: string, hook?: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${
      hook === undefined ? '' : `, annotations: {helm.sh/hook: ${hook}, helm.sh/hook-weight: "3"}`
    }}\n`;
  const files = {
    ...chart('a: b'),
    'app/crds/crd.yaml': `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.c}\n---\n${object('second')}`,
    'app/templates/hook.yaml': object('before', 'pre-install'),
    'app/templates/tests/test.yaml': object('check', 'test'),
    'app/templates/NOTES.txt': 'Thank you for {{ .Release.Name }}',
  };
  const { manifests } = await rendered(files);
  expect(manifests.map(({ name }) => name)).toEqual(['a.b.c', 'second', 'web', 'before']);
  expect(manifests[3]?.body).toMatchObject({
    metadata: { annotations: { 'helm.sh/hook': 'pre-install', 'helm.sh/hook-weight': '3' } },
  });
  const without = await rendered(files, { crds: false });
  expect(without.manifests.map(({ name }) => name)).toEqual(['web', 'before']);
});

describe('capabilities', () => {
  const ask = chart(
    'version: {{ .Capabilities.KubeVersion.Version }}',
    'apps: {{ .Capabilities.APIVersions.Has "apps/v1" | quote }}',
    'monitors: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" | quote }}',
  );

  test('are those of the engine', async () => {
    expect(dataOf(await rendered(ask))).toEqual({
      version: expect.stringMatching(/^v1\.\d+\.0$/),
      apps: 'true',
      monitors: 'false',
    });
  });

  test('or what the application says', async () => {
    const apiVersions = ['monitoring.coreos.com/v1'];
    expect(dataOf(await rendered(ask, { kubeVersion: '1.30', apiVersions }))).toEqual({
      version: 'v1.30',
      apps: 'true',
      monitors: 'true',
    });
  });

  test('or those of the cluster, where there is one', async () => {
    const tree = repository.commit(ask);
    const capabilities = {
      kubeVersion: 'v1.33.4',
      apiVersions: ['v1', 'monitoring.coreos.com/v1'],
    };
    const result = await renderer.render(tree, 'app', { ...parameters, capabilities });
    if (!result.ok) throw result.error;
    expect(dataOf(result.value)).toEqual({ version: 'v1.33.4', apps: 'false', monitors: 'true' });
    expect(result.value.usesCapabilities).toBe(true);
    expect((await rendered(chart('a: b'))).usesCapabilities).toBe(false);
  });

  test('that the chart does not want are an error', async () => {
    const files = {
      ...ask,
      'app/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.2.3\nkubeVersion: ">=1.30.0"\n',
    };
    expect(await render(files, { kubeVersion: '1.29' })).toMatchObject({
      ok: false,
      error: { code: 'render.engine-refused', message: expect.stringContaining('>=1.30.0') },
    });
  });
});

describe('dependencies', () => {
  const files = {
    ...chart('a: {{ .Values.a }}'),
    'app/Chart.yaml':
      'apiVersion: v2\nname: shop\nversion: 1.2.3\ndependencies: [{name: db, version: 1.x.x, repository: "https://charts.example"}]\n',
  };

  test('that lie in charts/ are rendered with the values of their name', async () => {
    const { manifests } = await rendered(
      {
        ...files,
        'app/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
        'app/charts/db/values.yaml': 'size: 1\n',
        'app/charts/db/templates/db.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db}\ndata: {size: "{{ .Values.size }}"}\n',
      },
      { values: { db: { size: 5 } } },
    );
    expect(manifests.map(({ name, origin }) => [name, origin.file])).toEqual([
      ['db', 'app/charts/db/templates/db.yaml'],
      ['web', 'app/templates/map.yaml'],
    ]);
    expect(manifests[0]?.body['data']).toEqual({ size: '5' });
  });

  test('that do not are an error that says how to get them', async () => {
    expect(await render(files)).toMatchObject({
      ok: false,
      error: {
        code: 'render.chart-missing',
        message: expect.stringContaining('db'),
        hint: expect.stringContaining('helm dependency build'),
      },
    });
  });
});

test('tests are part of it where that is asked for, and notes come beside it', async () => {
  const files = {
    ...chart('a: b'),
    'app/templates/tests/test.yaml':
      'apiVersion: v1\nkind: Pod\nmetadata: {name: check, annotations: {helm.sh/hook: test}}\n',
    'app/templates/NOTES.txt': 'Thank you for {{ .Release.Name }}\n',
    'app/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
    'app/charts/db/templates/NOTES.txt': 'of the dependency\n',
  };
  const result = await rendered(files, { tests: true });
  expect(result.manifests.map(({ name }) => name)).toEqual(['web', 'check']);
  expect(result.notes).toBe('Thank you for web\n');
  expect((await rendered(chart('a: b'))).notes).toBeUndefined();
});

describe('what a template looks up', () => {
  const lookUpIn =
    (objects: Readonly<Record<string, JsonObject>>, asked: string[] = []) =>
    async (lookup: Lookup): Promise<LookupResult> => {
      asked.push(showLookup(lookup));
      if (lookup.namespace === 'kube-system') return { kind: 'refused', reason: 'not its own' };
      return { kind: 'found', object: objects[showLookup(lookup)] ?? null };
    };
  const renderWith = (line: string, lookUp: NonNullable<RenderParameters['lookUp']>) =>
    renderer.render(repository.commit(chart(line)), 'app', { ...parameters, lookUp });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db' },
    data: { p: 'b2xk' },
  };

  test('is found, and told as looked up', async () => {
    const line =
      'p: {{ (lookup "v1" "Secret" "shop" "db").data.p | b64dec }}{{ (lookup "v1" "Secret" "shop" "no") | empty }}';
    const asked: string[] = [];
    const lookUp = lookUpIn({ 'v1 Secret shop db': secret }, asked);
    const result = await renderWith(line, lookUp);
    if (!result.ok) throw result.error;
    expect(dataOf(result.value)).toEqual({ p: 'oldtrue' });
    expect(result.value.warnings).toEqual([]);
    expect(asked).toEqual(['v1 Secret shop db', 'v1 Secret shop no']);
    expect(result.value.lookups).toEqual([
      { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'db' },
      { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'no' },
    ]);
  });

  test('may lead it to look further, and lists are found, too', async () => {
    const line =
      'all: {{ range (lookup "v1" "Node" "" "").items }}{{ .metadata.name }}={{ (lookup "v1" "Node" "" .metadata.name).spec.size }} {{ end }}';
    const node = (name: string, size: number) => ({ metadata: { name }, spec: { size } });
    const lookUp = lookUpIn({
      'v1 Node': { items: [node('a', 1), node('b', 2)] },
      'v1 Node a': node('a', 12_345_678),
      'v1 Node b': node('b', 2),
    });
    const result = await renderWith(line, lookUp);
    if (!result.ok) throw result.error;
    expect(dataOf(result.value)).toEqual({ all: 'a=12345678 b=2' });
  });

  test('and may not be seen makes it fail', async () => {
    const line = 'x: {{ lookup "v1" "Secret" "kube-system" "a" | empty }}';
    expect(await renderWith(line, lookUpIn({}))).toMatchObject({
      ok: false,
      error: { code: 'render.lookup-refused', message: expect.stringContaining('not its own') },
    });
  });

  test('without end makes it fail', async () => {
    const line =
      '{{ define "n" }}{{ $next := printf "%sa" . }}{{ if lookup "v1" "Pod" "" $next }}{{ include "n" $next }}{{ end }}{{ end }}x: {{ include "n" "a" }}';
    const lookUp = async (): Promise<LookupResult> => ({ kind: 'found', object: { a: 1 } });
    expect(await renderWith(line, lookUp)).toMatchObject({
      ok: false,
      error: { code: 'render.lookup-endless' },
    });
  });
});

test('what a template looks up where there is no cluster is told, and is not there', async () => {
  const { warnings, ...result } = await rendered(
    chart('found: {{ lookup "v1" "Secret" "shop" "db" | empty | quote }}'),
  );
  expect(dataOf({ warnings, ...result })).toEqual({ found: 'true' });
  expect(warnings).toEqual([
    'app looks up v1 Secret shop db in the cluster; it is rendered as if that were not there.',
  ]);
});

test.each([
  ['a template that does not parse', { 'app/templates/map.yaml': '{{ if }}' }, 'map.yaml'],
  ['a template that fails', { 'app/templates/map.yaml': '{{ fail "no luck" }}' }, 'no luck'],
  [
    'a value that is required',
    { 'app/templates/map.yaml': '{{ required "need it" .Values.x }}' },
    'need it',
  ],
  ['a result that is no YAML', { 'app/templates/map.yaml': 'a: b: c' }, 'map.yaml'],
  ['values that are no YAML', { 'app/values.yaml': 'a: [' }, 'values.yaml'],
  [
    'values that do not meet the schema',
    { 'app/values.schema.json': '{"required": ["must"]}' },
    'must',
  ],
  ['an empty Chart.yaml', { 'app/Chart.yaml': '' }, 'metadata'],
  [
    'a library',
    { 'app/Chart.yaml': 'apiVersion: v2\nname: a\nversion: 1.0.0\ntype: library\n' },
    'library',
  ],
])('%s is a failure that says where', async (_, files, says) => {
  expect(await render({ ...chart('a: b'), ...files })).toMatchObject({
    ok: false,
    error: { code: 'render.engine-refused', message: expect.stringContaining(says) },
  });
});

test('a schema that lies elsewhere is refused by its address', async () => {
  const schema = '{"properties": {"a": {"$ref": "https://example.com/schema.json"}}}';
  expect(await render({ ...chart('a: b'), 'app/values.schema.json': schema })).toMatchObject({
    ok: false,
    error: {
      code: 'render.remote-refused',
      message: 'app refers to https://example.com/schema.json.',
      hint: expect.stringContaining('$defs'),
    },
  });
});

test('a text block at the end of a document keeps its line break', async () => {
  expect(dataOf(await rendered(chart('a: |', '  one')))).toEqual({ a: 'one\n' });
});

test('a link to nothing is an error, unless .helmignore names it', async () => {
  const files = { ...chart('a: b'), 'app/values.yaml': { link: '../shared/values.yaml' } };
  expect(await render(files)).toMatchObject({
    ok: false,
    error: { code: 'render.link-broken', message: 'app/values.yaml leads to nothing.' },
  });
  const ignored = { ...files, 'app/.helmignore': 'values.yaml\n' };
  expect(dataOf(await rendered(ignored))).toEqual({ a: 'b' });
});

test('an empty namespace is none', async () => {
  const files = chart('a: b');
  const map = files['app/templates/map.yaml']?.replace('.Release.Namespace', '.Values.none') ?? '';
  const { manifests } = await rendered({ ...files, 'app/templates/map.yaml': map });
  expect(manifests).toMatchObject([{ namespace: '' }]);
});

test('files that .helmignore names are not read', async () => {
  const files = {
    ...chart('a: {{ .Files.Get "kept.txt" }}{{ .Files.Get "left.txt" }}'),
    'app/.helmignore': 'left.txt\n',
    'app/kept.txt': 'kept',
    'app/left.txt': 'left',
  };
  expect(dataOf(await rendered(files))).toEqual({ a: 'kept' });
});
