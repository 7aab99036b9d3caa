import { expect, test } from 'vitest';
import type { SourceConfig } from '../../model/config.ts';
import { sourceKind } from './source.ts';

const read = (spec: object) =>
  sourceKind.read(
    { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Source', metadata: { name: 'redis' }, spec },
    { file: 'fairlead.yaml' },
  );
const internal = (spec: object): SourceConfig => {
  const result = read(spec);
  if (!result.ok || result.entry.kind !== 'Source') throw new Error(JSON.stringify(result));
  return result.entry.value;
};
const messagesOf = (spec: object): readonly string[] => {
  const result = read(spec);
  if (result.ok) return [];
  return result.issues.map(({ path, message }) => `${path.slice(1).join('.')}: ${message}`);
};

test('a chart of a repository, and one of a registry', () => {
  const helm = { url: 'https://charts.example/stable/', chart: 'redis', version: '^19.0.0' };
  expect(internal({ helm })).toMatchObject({
    url: 'https://charts.example/stable/redis',
    chart: {
      kind: 'helm',
      url: 'https://charts.example/stable',
      name: 'redis',
      version: '^19.0.0',
    },
  });
  const oci = { url: 'oci://registry.example:5000/team/redis', version: '19.0.1' };
  expect(internal({ oci })).toMatchObject({
    url: 'oci://registry.example:5000/team/redis',
    chart: { kind: 'oci', name: 'redis', version: '19.0.1' },
  });
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(internal({ oci: { ...oci, digest } }).chart).toMatchObject({ version: '19.0.1', digest });
  expect(internal({ url: 'https://git.example/a' }).chart).toBeUndefined();
});

test.each([
  [{}, ': needs one of: url, helm, oci'],
  [
    { url: 'https://git.example/a', oci: { url: 'oci://a.example/b', version: '1.x' } },
    ': has url and oci, but only one of them may be given',
  ],
  [
    { oci: { url: 'oci://a.example/b', version: '1.x' }, branch: 'main' },
    'branch: is for Git repositories',
  ],
  [
    { oci: { url: 'https://a.example/b', version: '1.x' } },
    'oci.url: must be like oci://registry.example/team/chart',
  ],
  [
    { helm: { url: 'https://ada:secret@a.example', chart: 'b', version: '1.x' } },
    'helm.url: must be an http(s) address without user, query and fragment',
  ],
  [
    { helm: { url: 'https://a.example', chart: '../b', version: '1.x' } },
    'helm.chart: must be the name of a chart',
  ],
  [
    { helm: { url: 'https://a.example', chart: 'b', version: 'latest' } },
    'helm.version: is not a version or a range of versions',
  ],
  [
    { oci: { url: 'oci://a.example/b', version: '^1.0.0', digest: `sha256:${'a'.repeat(64)}` } },
    'oci.version: must be one version where digest is given',
  ],
  [
    { helm: { url: 'https://a.example', chart: 'b', version: '1.0.0', digest: 'sha256:abc' } },
    'helm.digest: must be sha256: and 64 hexadecimal digits',
  ],
])('%j is refused', (spec, message) => {
  expect(messagesOf(spec)).toEqual([message]);
});
