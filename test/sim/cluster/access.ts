import type { Json, JsonObject } from '../../../src/model/json.ts';
import type { Kind } from './kind.ts';
import { clusterRole, clusterRoleBinding, role, roleBinding } from './kinds.ts';
import type { Storage } from './storage.ts';
import { listAt, textAt } from './value.ts';

/** Who a request counts as. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What somebody wants to do, as rules of RBAC name it. */
interface Wanted {
  readonly verb: string;
  readonly group: string;
  /** `deployments`, `deployments/status` */
  readonly resource: string;
  /** Empty: of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
}

/** Whether bindings and roles let a user do something. See https://kubernetes.io/docs/reference/access-authn-authz/rbac/. */
export function mayDo(storage: Storage, user: User, wanted: Wanted): boolean {
  const ofAll = storage.list(clusterRoleBinding);
  const ofNamespace = wanted.namespace === '' ? [] : storage.list(roleBinding, wanted.namespace);
  return [...ofAll, ...ofNamespace]
    .filter((binding) => listAt(binding, 'subjects').some((one) => isSubject(one, user)))
    .flatMap((binding) => rulesOf(storage, binding))
    .some((rule) => covers(rule, wanted));
}

function isSubject(subject: Json, { name, groups }: User): boolean {
  const named = textAt(subject, 'name');
  return textAt(subject, 'kind') === 'Group' ? groups.includes(named) : named === name;
}

function rulesOf(storage: Storage, binding: JsonObject): readonly Json[] {
  const isOfAll = textAt(binding, 'roleRef', 'kind') === 'ClusterRole';
  const [kind, namespace]: [Kind, string] = isOfAll
    ? [clusterRole, '']
    : [role, textAt(binding, 'metadata', 'namespace')];
  const found = storage.get(kind, namespace, textAt(binding, 'roleRef', 'name'));
  return found === null ? [] : listAt(found, 'rules');
}

function covers(rule: Json, { verb, group, resource, name }: Wanted): boolean {
  const has = (field: string, value: string): boolean => {
    const given = listAt(rule, field);
    return given.includes(value) || given.includes('*');
  };
  const names = listAt(rule, 'resourceNames');
  return (
    has('verbs', verb) &&
    has('apiGroups', group) &&
    has('resources', resource) &&
    (names.length === 0 || names.includes(name))
  );
}
