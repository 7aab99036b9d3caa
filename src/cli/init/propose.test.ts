import fc from 'fast-check';
import { expect, test } from 'vitest';
import { proposeConfig } from './propose.ts';
import type { InitOptions } from './propose.ts';
import { loadConfig } from '../../config/load.ts';
import type { FileHead } from '../../render/proposal.ts';

const options: InitOptions = {
  schema: 'https://example.org/fairlead.schema.json',
  name: 'My Repository',
};
const manifest = 'apiVersion: host.fairlead.dev/v1alpha1\nkind: File\n';

function propose(files: Readonly<Record<string, string>>, more: Partial<InitOptions> = {}) {
  const list: readonly FileHead[] = Object.entries(files).map(([path, head]) => ({ path, head }));
  const text = proposeConfig(list, { ...options, ...more });
  const { config, problems } = loadConfig([{ file: 'fairlead.yaml', text }]);
  expect(problems).toEqual([]);
  const applications = [...config.applications.values()].map(({ name, path, environments }) => [
    name,
    path,
    environments,
  ]);
  const environments = [...config.environments.values()].map(({ name, sync }) => [name, sync]);
  return { text, config, applications, environments };
}

test('an empty folder gets a target, an environment, and an example in a comment', () => {
  const { text, applications, environments } = propose({});
  expect(text).toMatch(
    /^# yaml-language-server: \$schema=https:\/\/example\.org\/fairlead\.schema\.json\n/,
  );
  expect(text).toContain('#   kind: Application');
  expect(applications).toEqual([]);
  expect(environments).toEqual([['dev', 'auto']]);
});

test('each folder of host manifests becomes an application', () => {
  const { applications } = propose({
    'site/page.yaml': manifest,
    'site/more/other.yaml': manifest,
    'apps/Web Shop/a.yaml': manifest,
    'apps/api/a.yaml': manifest,
    'docs/notes.yaml': 'x: 1',
  });
  expect(applications).toEqual([
    ['api', 'apps/api', ['dev']],
    ['site', 'site', ['dev']],
    ['web-shop', 'apps/Web Shop', ['dev']],
  ]);
});

test('folders that differ in the environment are one application, released in order', () => {
  const { applications, environments } = propose({
    'web/prod/a.yaml': manifest,
    'web/dev/a.yaml': manifest,
    'api/dev/a.yaml': manifest,
  });
  expect(applications).toEqual([
    ['api', 'api/{environment}', ['dev']],
    ['web', 'web/{environment}', ['dev', 'prod']],
  ]);
  expect(environments).toEqual([
    ['dev', 'auto'],
    ['prod', 'approve'],
  ]);
});

test('manifests at the root are named after the repository', () => {
  const { applications } = propose({ 'a.yaml': manifest });
  expect(applications).toEqual([['my-repository', '', ['dev']]]);
});

test('folders of one name get different application names', () => {
  const { applications } = propose({ 'a/web/x.yaml': manifest, 'b/web/x.yaml': manifest });
  expect(applications.map(([name]) => name)).toEqual(['b-web', 'web']);
});

const object = (kind: string, namespace = ''): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: a\n${namespace && `  namespace: ${namespace}\n`}`;

test('charts, overlays and manifests go to a cluster where nothing is for a machine', () => {
  const { config, applications, environments } = propose({
    'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\n',
    'charts/web/templates/a.yaml': object('ConfigMap'),
    'charts/web/charts/dep/Chart.yaml': 'apiVersion: v2\n',
    'charts/web/values-dev.yaml': '',
    'charts/web/values-prod.yaml': '',
    'charts/common/Chart.yaml': 'apiVersion: v2\ntype: library\n',
    'shop/base/kustomization.yaml': 'resources: [deployment.yaml]\n',
    'shop/base/deployment.yaml': object('Deployment'),
    'shop/overlays/dev/kustomization.yaml':
      'namespace: shop-dev\nresources: [../../base]\ncomponents: [../../spread]\n',
    'shop/overlays/prod/kustomization.yaml':
      'namespace: shop\nresources: [../../base, ../../more/service.yaml]\n',
    'shop/spread/kustomization.yaml': 'kind: Component\n',
    'shop/more/service.yaml': object('Service'),
    'k8s/tools/a.yaml': object('ConfigMap', 'tools'),
    'k8s/plain/a.yaml': object('ConfigMap'),
    'ci/values.yaml': 'a: 1\n',
    'kube.yaml': 'apiVersion: v1\nkind: Config\nclusters: []\n',
  });
  expect(applications).toEqual([
    ['plain', 'k8s/plain', ['dev']],
    ['shop', 'shop/overlays/{environment}', ['dev', 'prod']],
    ['tools', 'k8s/tools', ['dev']],
    ['web', 'charts/web', ['dev', 'prod']],
  ]);
  expect(environments).toEqual([
    ['dev', 'auto'],
    ['prod', 'approve'],
  ]);
  expect([...config.targets.values()]).toMatchObject([{ name: 'cluster', driver: 'kubernetes' }]);
  const namespaces = [...config.applications.values()].map(
    ({ kubernetes }) => kubernetes?.namespace,
  );
  expect(namespaces).toEqual(['plain-{environment}', undefined, undefined, 'web-{environment}']);
  expect(config.applications.get('web')?.helm?.valuesFiles).toEqual(['values-{environment}.yaml']);
});

test('a chart at the root is one application, with values from wherever they are kept', () => {
  const { config, applications } = propose({
    'Chart.yaml': '',
    'templates/a.yaml': object('ConfigMap'),
    'values/prod.yaml': '',
    'tests/a.yaml': object('ConfigMap'),
  });
  expect(applications).toEqual([['my-repository', '', ['prod']]]);
  const [one] = config.applications.values();
  expect(one?.helm?.valuesFiles).toEqual(['values/{environment}.yaml']);
  expect(one?.kubernetes?.namespace).toBe('my-repository');
});

test('the context of a cluster is named where it is asked for', () => {
  const { config, text } = propose({}, { target: 'kubernetes', context: 'my: cluster' });
  expect([...config.targets.values()]).toMatchObject([{ settings: { context: 'my: cluster' } }]);
  expect(text).toContain('No chart, kustomization or folder of manifests was found');
});

test('beside each other, every format is named that is not proposed', () => {
  const files = {
    'charts/web/Chart.yaml': '',
    'k8s/kustomization.yaml': '',
    'more/a.yaml': object('ConfigMap'),
    'compose.yaml': '',
    'stack/compose.yaml': '',
    'infra/main.tf': '',
    'site/a.yaml': manifest,
    'node_modules/x/a.yaml': manifest,
    '.github/a.yaml': manifest,
  };
  const comments = (text: string): readonly string[] => text.match(/^# \S+: .*\.$/gm) ?? [];
  const { text, applications } = propose(files);
  expect(applications).toEqual([['site', 'site', ['dev']]]);
  const cluster = 'goes to an environment with a Kubernetes target (spec: {kubernetes: {}}).';
  const later = [
    '# .: a Compose project; served once the compose driver is here.',
    '# infra: an OpenTofu or Terraform module; served once the opentofu driver is here.',
    `# k8s: a Kustomize overlay; ${cluster}`,
    `# more: Kubernetes manifests; ${cluster}`,
    '# stack: a Compose project; served once the compose driver is here.',
    `# charts/web: a Helm chart; ${cluster}`,
  ];
  expect(comments(text)).toEqual(later);
  const other = propose(files, { target: 'kubernetes' });
  expect(other.applications.map(([name]) => name)).toEqual(['more', 'my-repository', 'web']);
  expect(comments(other.text)).toContain(
    '# site: manifests of a machine; goes to an environment with a host target (spec: {host: {}}).',
  );
});

test('whatever the folder holds, the proposal is valid', () => {
  const part = fc.oneof(
    fc.constantFrom('dev', 'prod', 'web', 'a b', 'É', '{x}', '"', "'", '#'),
    fc.string({ minLength: 1, maxLength: 5 }),
  );
  const path = fc
    .array(part, { minLength: 1, maxLength: 4 })
    .map((parts) => parts.map((one) => one.replaceAll('/', '_')).join('/'));
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 8 }), (paths) => {
      const files = Object.fromEntries(paths.map((one) => [`${one}.yaml`, manifest]));
      expect(propose(files).environments).not.toEqual([]);
      const cluster = Object.fromEntries(paths.map((one) => [`${one}.yaml`, object('Service')]));
      expect(propose(cluster).environments).not.toEqual([]);
      const charts = Object.fromEntries(paths.map((one) => [`${one}/Chart.yaml`, '']));
      expect(propose(charts).environments).not.toEqual([]);
    }),
  );
});
