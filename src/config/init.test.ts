import fc from 'fast-check';
import { expect, test } from 'vitest';
import { proposeConfig } from './init.ts';
import type { InitFile } from './init.ts';
import { loadConfig } from './load.ts';

const options = { schema: 'https://example.org/fairlead.schema.json', name: 'My Repository' };
const manifest = 'apiVersion: host.fairlead.dev/v1alpha1\nkind: File\n';

function propose(files: Readonly<Record<string, string>>) {
  const list: readonly InitFile[] = Object.entries(files).map(([path, head]) => ({ path, head }));
  const text = proposeConfig(list, options);
  const { config, problems } = loadConfig([{ file: 'fairlead.yaml', text }]);
  expect(problems).toEqual([]);
  const applications = [...config.applications.values()].map(({ name, path, environments }) => [
    name,
    path,
    environments,
  ]);
  const environments = [...config.environments.values()].map(({ name, sync }) => [name, sync]);
  return { text, applications, environments };
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

test('what later drivers serve is said in comments, not proposed', () => {
  const { text, applications } = propose({
    'charts/web/Chart.yaml': '',
    'charts/web/templates/a.yaml': manifest,
    'k8s/kustomization.yaml': '',
    'compose.yaml': '',
    'infra/main.tf': '',
    'node_modules/x/a.yaml': manifest,
    '.github/a.yaml': manifest,
  });
  expect(applications).toEqual([]);
  expect(text).toContain('# .: a Compose project; served once the compose driver is here.');
});

test('beside each other, every format is named', () => {
  const { text } = propose({
    'charts/web/Chart.yaml': '',
    'k8s/kustomization.yaml': '',
    'stack/compose.yaml': '',
    'infra/main.tf': '',
  });
  expect(text.match(/^# \S+: an? .*$/gm)).toEqual([
    '# infra: an OpenTofu or Terraform module; served once the opentofu driver is here.',
    '# k8s: a Kustomize overlay; goes to an environment with a Kubernetes target (spec: {kubernetes: {}}).',
    '# stack: a Compose project; served once the compose driver is here.',
    '# charts/web: a Helm chart; goes to an environment with a Kubernetes target (spec: {kubernetes: {}}).',
  ]);
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
    }),
  );
});
