import type { KubeObject } from '../client/object.ts';
import { branch, objects, text } from '../object/reading.ts';

/** What a namespace tells of its own deletion; the conditions that are `True` while something holds it up. */
const namespaceConditions = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceContentRemaining',
  'NamespaceFinalizersRemaining',
];

/** What an object that is being deleted waits for, in words and by name. */
export function blockersOf(object: KubeObject): string {
  const told = conditionsOf(object);
  if (told.length > 0) return told.join('; ');
  const finalizers = [...(object.metadata.finalizers ?? []), ...specFinalizers(object)];
  if (finalizers.length === 0) return 'it is being deleted';
  const names = finalizers.map(explain).join(', ');
  return `waits for ${finalizers.length === 1 ? 'the finalizer' : 'the finalizers'} ${names}`;
}

function explain(finalizer: string): string {
  switch (finalizer) {
    case 'foregroundDeletion':
      return 'foregroundDeletion (what it owns goes first)';
    case 'kubernetes.io/pvc-protection':
      return 'kubernetes.io/pvc-protection (a pod still uses it)';
    case 'kubernetes.io/pv-protection':
      return 'kubernetes.io/pv-protection (a claim still uses it)';
    default:
      return finalizer;
  }
}

function conditionsOf({ kind, ...object }: KubeObject): readonly string[] {
  if (kind !== 'Namespace') return [];
  return objects(branch(object['status'])['conditions'])
    .filter(({ type, status }) => status === 'True' && namespaceConditions.includes(text(type)))
    .map(({ message }) => text(message));
}

function specFinalizers(object: KubeObject): readonly string[] {
  const { finalizers } = branch(object['spec']);
  return Array.isArray(finalizers) ? finalizers.map(text) : [];
}
