import type { ApiClient } from '../client/api-client.ts';
import { isFailure } from '../client/failure.ts';
import { namespaceType } from '../names.ts';

/** The namespace that records lie in; made when it is first needed. */
export interface Namespace {
  readonly name: string;
  /** Makes it if it is not there. @throws FairleadError `kubernetes.*` */
  make(): Promise<void>;
}

/** Whoever asks while it is being made waits for the same request. */
export function createNamespace(client: ApiClient, name: string): Namespace {
  let making: Promise<void> | null = null;
  const create = async (): Promise<void> => {
    const body = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'fairlead' } },
    };
    try {
      await client.create(namespaceType, '', body);
    } catch (thrown) {
      if (isFailure(thrown, 'kubernetes.already-exists')) return;
      // Who may not make one may find it made by others.
      if (isFailure(thrown, 'kubernetes.forbidden') && (await isThere(client, name))) return;
      throw thrown;
    }
  };
  return {
    name,
    make: () => {
      making ??= create().finally(() => {
        making = null;
      });
      return making;
    },
  };
}

async function isThere(client: ApiClient, name: string): Promise<boolean> {
  return (await client.get(namespaceType, { namespace: '', name }).catch(() => null)) !== null;
}
