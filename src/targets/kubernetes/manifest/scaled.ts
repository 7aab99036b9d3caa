import type { Manifest } from '../../../model/resource.ts';
import { parseApiVersion } from '../client/resource-type.ts';
import { branch, text } from '../object/reading.ts';

/** What a scaler changes the number of replicas of. */
export interface ScaleTarget {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * What an object scales: a HorizontalPodAutoscaler, or KEDA's ScaledObject (which makes one). `null`: nothing.
 * The number of replicas of that belongs to the scaler.
 */
export function scaleTargetOf(
  object: Pick<Manifest, 'apiVersion' | 'kind' | 'namespace' | 'body'>,
  defaultNamespace: string,
): ScaleTarget | null {
  const { group } = parseApiVersion(object.apiVersion);
  const isScaler =
    (group === 'autoscaling' && object.kind === 'HorizontalPodAutoscaler') ||
    (group === 'keda.sh' && object.kind === 'ScaledObject');
  if (!isScaler) return null;
  const spec = branch(object.body['spec']);
  const reference = branch(spec['scaleTargetRef']);
  const name = text(reference['name']);
  if (name === '') return null;
  return {
    group: parseApiVersion(text(reference['apiVersion']) || 'apps/v1').group,
    kind: text(reference['kind']) || 'Deployment',
    namespace: object.namespace || defaultNamespace,
    name,
  };
}
