import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonObject } from '../../../model/json.ts';
import type { CallOptions, KubernetesClient } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import { podType } from '../client/pod-type.ts';
import { branch, objects, text } from '../object/reading.ts';

/** The pods that an object runs by its selector, itself where it is one; newest first. Empty for what runs none. */
export async function podsOf(
  client: KubernetesClient,
  object: KubeObject,
  call: CallOptions = {},
): Promise<readonly KubeObject[]> {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') return [object];
  const labelSelector = selectorOf(object);
  const namespace = object.metadata.namespace ?? '';
  if (labelSelector === '' || namespace === '') return [];
  const { items } = await client.list(podType, { namespace, labelSelector, ...call });
  const age = ({ metadata }: KubeObject): string => metadata.creationTimestamp ?? '';
  return items.toSorted((left, right) => (age(left) < age(right) ? 1 : -1));
}

/** `spec.selector` as a list takes it; empty where there is none, which would select everything. */
function selectorOf(object: KubeObject): string {
  const selector = branch(object['spec'])['selector'];
  if (!isJsonObject(selector)) return '';
  const { matchLabels, matchExpressions, ...plain } = selector;
  const labels = isJsonObject(matchLabels) ? matchLabels : isPlain(plain) ? plain : {};
  const equal = Object.entries(labels).map(([name, value]) => `${name}=${text(value)}`);
  return [...equal, ...objects(matchExpressions).map(expression)].join(',');
}

/** Selectors of the core group are the labels themselves. */
function isPlain(selector: JsonObject): boolean {
  return Object.values(selector).every((value) => typeof value === 'string');
}

function expression({ key, operator, values }: JsonObject): string {
  const list = Array.isArray(values) ? (values as readonly Json[]).map(text).join(',') : '';
  switch (operator) {
    case 'In':
      return `${text(key)} in (${list})`;
    case 'NotIn':
      return `${text(key)} notin (${list})`;
    case 'DoesNotExist':
      return `!${text(key)}`;
    default:
      return text(key);
  }
}
