import { isJsonObject } from '../../../model/json.ts';
import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { at } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

/**
 * What cannot be made says `Synced` False; an external resource that is not `Ready` is on its way.
 * https://docs.crossplane.io/latest/managed-resources/managed-resources/#conditions
 */
function judge(object: JsonObject): Health {
  const operation = conditionOf(object, 'LastAsyncOperation');
  if (isFalse(operation)) return degraded(explain(operation));
  const synced = conditionOf(object, 'Synced');
  if (isFalse(synced))
    return synced.reason === 'ReconcilePaused'
      ? suspended(explain(synced))
      : degraded(explain(synced));
  const ready = conditionOf(object, 'Ready');
  if (ready === null) return progressing('its controller has not looked at it yet');
  return isTrue(ready)
    ? healthy('is synced and ready')
    : progressing(`not ready: ${explain(ready)}`);
}

const managed: Rule = {
  counts:
    '`Ready` is Healthy, else Progressing; `Synced` or `LastAsyncOperation` False is Degraded (Suspended with `ReconcilePaused`)',
  judge,
};

/** For composite resources and claims, whose groups and kinds users choose. */
export const compositeRule = managed;

/** Whether it is a composite resource or a claim, which its own fields tell. */
export function isComposite(object: JsonObject): boolean {
  const spec = at(object, 'spec');
  if (!isJsonObject(spec)) return false;
  return (
    isJsonObject(spec['crossplane']) ||
    isJsonObject(spec['compositionRef']) ||
    isJsonObject(spec['compositionSelector']) ||
    typeof spec['compositeDeletePolicy'] === 'string'
  );
}

const revision = byConditions({
  ready: [],
  readyIfThere: ['Healthy', 'RevisionHealthy', 'RuntimeHealthy'],
});

const settings = ['ProviderConfig', 'ClusterProviderConfig', 'ProviderConfigUsage', 'StoreConfig'];

export const crossplane = [
  ...kinds(
    'pkg.crossplane.io',
    ['Provider', 'Configuration', 'Function'],
    byConditions({
      ready: ['Installed', 'Healthy'],
      exceptReasons: ['UnpackingPackage', 'UnknownPackageRevisionHealth'],
    }),
  ),
  ...kinds(
    'pkg.crossplane.io',
    ['ProviderRevision', 'ConfigurationRevision', 'FunctionRevision'],
    revision,
  ),
  ...kinds(
    'pkg.crossplane.io',
    ['ControllerConfig', 'DeploymentRuntimeConfig', 'ImageConfig', 'Lock'],
    always,
  ),
  ...kinds(
    'apiextensions.crossplane.io',
    ['CompositeResourceDefinition'],
    byConditions({ ready: ['Established'], readyIfThere: ['Offered'], falseIs: 'Progressing' }),
  ),
  ...kinds(
    'apiextensions.crossplane.io',
    ['Composition', 'CompositionRevision', 'EnvironmentConfig', 'Usage'],
    byConditions({ ready: [], readyIfThere: ['ValidPipeline'] }),
  ),
  ...['*.crossplane.io', '*.upbound.io'].flatMap((group) => [
    ...kinds(group, settings, always),
    ...kinds(group, ['*'], managed),
  ]),
];
