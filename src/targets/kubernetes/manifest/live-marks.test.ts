import { expect, test } from 'vitest';
import { liveMarksOf } from './live-marks.ts';

const read = (
  annotations: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
) =>
  liveMarksOf({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', uid: 'u', resourceVersion: '1', annotations, labels },
  });
const argo = 'argocd.argoproj.io/sync-options';
const flux = 'kustomize.toolkit.fluxcd.io/prune';

test.each([
  [{ [argo]: 'ServerSideApply=true, Prune=false' }, {}, `${argo}: Prune=false`],
  [{ 'helm.sh/resource-policy': ' Keep' }, {}, 'helm.sh/resource-policy: keep'],
  [{ [flux]: 'disabled' }, {}, `${flux}: disabled`],
  [{}, { [flux]: 'Disabled' }, `${flux}: disabled`],
  [{ 'fairlead.dev/prune': 'disabled' }, {}, 'fairlead.dev/prune: disabled'],
  [{ 'fairlead.dev/prune': 'no' }, {}, 'fairlead.dev/prune: no'],
])('%j and labels %j keep it', (annotations, labels, kept) => {
  expect(read(annotations, labels)).toEqual({ kept });
});

test.each([
  [{}],
  [{ [argo]: 'Prune=true', [flux]: 'enabled', 'fairlead.dev/prune': 'enabled' }],
  [{ [argo]: 'PruneLast=true,PrunePropagationPolicy=orphan' }],
  [{ 'helm.sh/resource-policy': '' }],
])('%j says nothing of whether it goes', (annotations) => {
  expect(read(annotations)).toBeUndefined();
});

test('what stays only with its application, and what a person is asked about', () => {
  expect(read({ [argo]: 'Delete=false' })).toEqual({ deletion: { keptOnRemoval: true } });
  expect(read({ [argo]: 'Prune=confirm,Delete=confirm' })).toEqual({
    deletion: { asks: ['prune', 'removal'] },
  });
});
