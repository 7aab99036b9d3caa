import type { Json, JsonObject } from '../../../../src/model/json.ts';
import { isDeleting } from '../deletion.ts';
import type { Kind } from '../kind.ts';
import { listAt, set, textAt } from '../value.ts';
import { edit, remove } from './controller.ts';
import type { Controller, Surroundings } from './controller.ts';

const againMs = 500;

/** Empties a namespace that is being deleted, whoever made what is in it; then it goes itself. */
export const namespaces: Controller =
  (around) =>
  ({ kind, before, after }) => {
    if (kind.kind !== 'Namespace' || after === null || !isDeleting(after)) return;
    if (before !== null && isDeleting(before)) return;
    const finish = (): void => {
      const name = textAt(after, 'metadata', 'name');
      const left = contents(around, name);
      for (const [one, object] of left) if (!isDeleting(object)) remove(around, one, object);
      const rest = contents(around, name);
      if (rest.length > 0) {
        edit(around, kind, after, 'status', (live) =>
          set(live, ['status', 'conditions'], conditionsOf(rest)),
        );
        around.later(againMs, finish);
      } else
        edit(around, kind, after, 'finalize', (live) =>
          listAt(live, 'spec', 'finalizers').length === 0
            ? live
            : set(live, ['spec', 'finalizers'], []),
        );
    };
    around.later(againMs, finish);
  };

/** What a namespace says of what keeps it. */
function conditionsOf(rest: readonly (readonly [Kind, JsonObject])[]): readonly Json[] {
  const byKind = Map.groupBy(rest, ([{ plural, group }]) => `${plural}.${group}`);
  const finalizers = rest.flatMap(([, object]) => listAt(object, 'metadata', 'finalizers'));
  const byFinalizer = Map.groupBy(finalizers, String);
  const remaining = [...byKind].map(
    ([name, own]) => `${name} has ${own.length} resource instances`,
  );
  const held = [...byFinalizer].map(([name, own]) => `${name} in ${own.length} resource instances`);
  const condition = (type: string, reason: string, message: string, status = 'False'): Json => ({
    type,
    status,
    reason,
    message,
  });
  return [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    condition(
      'NamespaceContentRemaining',
      'SomeResourcesRemain',
      `Some resources are remaining: ${remaining.toSorted().join(', ')}`,
      'True',
    ),
    held.length === 0
      ? condition(
          'NamespaceFinalizersRemaining',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        )
      : condition(
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held.toSorted().join(', ')}`,
          'True',
        ),
  ];
}

function contents({ cluster }: Surroundings, namespace: string) {
  return cluster.kinds
    .filter(({ namespaced }) => namespaced)
    .flatMap((kind) =>
      cluster.storage
        .list(kind, namespace)
        .map((object): [typeof kind, JsonObject] => [kind, object]),
    );
}
