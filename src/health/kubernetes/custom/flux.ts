import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { conditionOf, explain, isFalse, isStale, isTrue } from '../condition.ts';
import { flagAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

/** Reasons of Ready False that pass by themselves. */
const waits = ['DependencyNotReady', 'Progressing', 'ProgressingWithRetry'];

/** Conditions of sources that say by themselves that something failed. */
const failures = ['FetchFailed', 'BuildFailed', 'StorageOperationFailed', 'IncludeUnavailable'];

/**
 * Flux objects are Ready or say why not. After a failure they stay `Reconciling` with the reason ProgressingWithRetry,
 * which is a failure all the same. Source: https://fluxcd.io/flux/components/kustomize/kustomizations/#conditions
 */
function judge(object: JsonObject): Health {
  // Flux does not look at what is suspended, so its generation stays behind.
  if (flagAt(object, 'spec', 'suspend')) return suspended('is suspended by spec.suspend');
  if (isOciRepository(object)) return healthy('is there');
  const early = unobserved(object);
  if (early !== null) return early;
  const stalled = conditionOf(object, 'Stalled');
  if (isTrue(stalled)) return degraded(explain(stalled));
  for (const type of failures) {
    const failure = conditionOf(object, type);
    if (isTrue(failure) && !isStale(object, failure)) return degraded(explain(failure));
  }
  const ready = conditionOf(object, 'Ready');
  const reconciling = conditionOf(object, 'Reconciling');
  if (isFalse(ready)) {
    const retries = reconciling?.reason === 'ProgressingWithRetry';
    const passes = waits.includes(ready.reason) || (isTrue(reconciling) && !retries);
    return passes ? progressing(explain(ready)) : degraded(explain(ready));
  }
  if (isTrue(reconciling)) return progressing(explain(reconciling));
  if (ready === null) return progressing('its controller has not looked at it yet');
  return isTrue(ready) ? healthy(ready.message || 'is ready') : progressing(explain(ready));
}

/** A Helm repository of type oci is an address and nothing more: it has no status. */
function isOciRepository(object: JsonObject): boolean {
  return textAt(object, 'kind') === 'HelmRepository' && textAt(object, 'spec', 'type') === 'oci';
}

const rule: Rule = {
  counts:
    '`Ready` is Healthy; False is Degraded, but Progressing while it reconciles or waits for a dependency; `Stalled` is Degraded; `spec.suspend` is Suspended',
  judge,
};

export const flux = [
  ...kinds('kustomize.toolkit.fluxcd.io', ['Kustomization'], rule),
  ...kinds('helm.toolkit.fluxcd.io', ['HelmRelease'], rule),
  ...kinds(
    'source.toolkit.fluxcd.io',
    [
      'GitRepository',
      'OCIRepository',
      'HelmRepository',
      'HelmChart',
      'Bucket',
      'ExternalArtifact',
      'ArtifactGenerator',
    ],
    rule,
  ),
  ...kinds(
    'image.toolkit.fluxcd.io',
    ['ImageRepository', 'ImagePolicy', 'ImageUpdateAutomation'],
    rule,
  ),
  ...kinds('notification.toolkit.fluxcd.io', ['Receiver'], rule),
  ...kinds('notification.toolkit.fluxcd.io', ['Alert', 'Provider'], always),
  ...kinds(
    'fluxcd.controlplane.io',
    ['FluxInstance', 'FluxReport', 'ResourceSet', 'ResourceSetInputProvider'],
    rule,
  ),
  ...kinds('infra.contrib.fluxcd.io', ['Terraform'], rule),
];
