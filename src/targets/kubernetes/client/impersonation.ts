import type { Identity } from './client.ts';
import { identityEmpty } from './errors.ts';

/**
 * Headers that make the server take a request for somebody else's. An identity without a user is refused: without the
 * header the request would have the controller's own rights.
 *
 * @throws FairleadError `kubernetes.identity-empty`
 */
export function impersonationHeaders(
  identity: Identity,
): Readonly<Record<string, string | readonly string[]>> {
  const { user, groups = [], uid, extra = {} } = identity;
  const isBroken = (value: string): boolean => value.trim() === '' || /[\r\n\0]/.test(value);
  if (isBroken(user) || groups.some(isBroken) || (uid !== undefined && isBroken(uid)))
    throw identityEmpty({ message: 'an identity needs a user, and no part of it may be empty' });
  return {
    'impersonate-user': user,
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups }),
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        // Names of headers have few characters; the server undoes the rest.
        `impersonate-extra-${escaped(key)}`,
        values,
      ]),
    ),
  };
}

function escaped(key: string): string {
  return encodeURIComponent(key)
    .replaceAll(/[()]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
    .toLowerCase();
}
