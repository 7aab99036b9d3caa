import type { JsonObject } from '../../../src/model/json.ts';
import type { FieldConflict } from './managed.ts';
import type { Kind } from './kind.ts';
import { resourceOf } from './kind.ts';
import { set } from './value.ts';

/** A refusal, as the server writes it. */
export interface Refusal {
  readonly status: number;
  readonly body: JsonObject;
  readonly retryAfter?: number;
}

interface Details {
  readonly name?: string;
  readonly kind?: Kind;
  readonly causes?: readonly JsonObject[];
  readonly retryAfterSeconds?: number;
}

export function refuse(
  status: number,
  reason: string,
  message: string,
  { name, kind, causes, retryAfterSeconds }: Details = {},
): Refusal {
  const details = {
    ...(name === undefined ? {} : { name }),
    ...(kind === undefined ? {} : { group: kind.group, kind: kind.plural }),
    ...(causes === undefined ? {} : { causes }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  return {
    status,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      details,
      code: status,
    },
    ...(retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds }),
  };
}

const about = (kind: Kind, name: string): string => `${resourceOf(kind)} "${name}"`;

export function otherVersion(said: string, expected: string): Refusal {
  const message = `the API version in the data (${said}) does not match the expected API version (${expected})`;
  return refuse(400, 'BadRequest', message);
}

export function noPath(): Refusal {
  return refuse(404, 'NotFound', 'the server could not find the requested resource');
}

export function notFound(kind: Kind, name: string): Refusal {
  return refuse(404, 'NotFound', `${about(kind, name)} not found`, { kind, name });
}

export function alreadyExists(kind: Kind, name: string): Refusal {
  return refuse(409, 'AlreadyExists', `${about(kind, name)} already exists`, { kind, name });
}

export function conflict(kind: Kind, name: string, why: string): Refusal {
  const message = `Operation cannot be fulfilled on ${about(kind, name)}: ${why}`;
  return refuse(409, 'Conflict', message, { kind, name });
}

export const modified =
  'the object has been modified; please apply your changes to the latest version and try again';

export function fieldConflict(conflicts: readonly FieldConflict[]): Refusal {
  const words = ({ manager, operation, apiVersion, subresource }: FieldConflict): string => {
    const part = subresource === undefined ? '' : ` with subresource "${subresource}"`;
    return `conflict with "${manager}"${part}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
  };
  const causes = conflicts.map((one) => ({
    reason: 'FieldManagerConflict',
    message: words(one),
    field: one.field,
  }));
  const count = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  const list = conflicts.map((one) => `${words(one)}: ${one.field}`).join('\n');
  return refuse(409, 'Conflict', `Apply failed with ${count}: ${list}`, { causes });
}

export function invalid(
  kind: Kind,
  name: string,
  causes: readonly {
    readonly field: string;
    readonly message: string;
    readonly reason?: string;
  }[],
): Refusal {
  const list = causes.map(({ field, message }) => `${field}: ${message}`).join(', ');
  const message = `${kind.kind}${kind.group === '' ? '' : `.${kind.group}`} "${name}" is invalid: ${list}`;
  return {
    ...refuse(422, 'Invalid', message, {
      name,
      kind: { ...kind, plural: kind.kind },
      causes: causes.map((cause) => ({ reason: 'FieldValueInvalid', ...cause })),
    }),
  };
}

export function forbidden(
  user: string,
  {
    group,
    plural,
    name,
  }: { readonly group: string; readonly plural: string; readonly name: string },
): Refusal {
  const resource = resourceOf({ group, plural });
  const of = name === '' ? '' : ` "${name}"`;
  const message = `${resource}${of} is forbidden: User "${user}" cannot do that to ${resource}`;
  const refusal = refuse(403, 'Forbidden', message, name === '' ? {} : { name });
  return { ...refusal, body: set(refusal.body, ['details', 'kind'], plural) };
}

export function forbiddenBecause(kind: Kind, name: string, why: string): Refusal {
  return refuse(403, 'Forbidden', `${about(kind, name)} is forbidden: ${why}`, { kind, name });
}

export function terminating(kind: Kind, name: string, namespace: string): Refusal {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  return refuse(403, 'Forbidden', `${about(kind, name)} is forbidden: ${why}`, {
    kind,
    name,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

export function expired(version: number, oldest: number): Refusal {
  return refuse(410, 'Expired', `too old resource version: ${version} (${oldest})`);
}
