import type { GitAccess } from './git.ts';

/** How one operation speaks to the remote. */
export interface RemoteCall {
  readonly access: GitAccess;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** For repositories on this machine: no credentials, and nobody's helpers. */
export const localAccess: GitAccess = {
  settings: [],
  variables: {},
  secrets: [],
  ownCredentials: false,
};
