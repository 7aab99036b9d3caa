import type { KubernetesClient } from '../client/client.ts';
import type { Catalogue } from './catalogue.ts';
import { discover } from './discover.ts';
import { notReady } from './errors.ts';

/**
 * Asks a server for all that it has, and believes that something is missing only from one that is ready. A server that starts
 * answers before it knows the kinds of its definitions, with a list that looks whole; its objects are there all the while. Who
 * took that for the truth would find nothing where everything is.
 *
 * @param before what was known so far; `null`: nothing
 * @throws FairleadError where the server does not answer, or is not ready to say what it has
 */
export async function discoverWhole(
  client: KubernetesClient,
  before: Catalogue | null,
): Promise<Catalogue> {
  if (before !== null) {
    const now = await discover(client);
    if (now.hasAllOf(before)) return now;
  }
  // Before the list, so that the list is of a server that was ready.
  await assertReady(client);
  return await discover(client);
}

/** @throws FairleadError `kubernetes.not-ready`; nothing where it cannot be asked, as that says nothing */
async function assertReady(client: KubernetesClient): Promise<void> {
  const { status, text } = await client.raw({ method: 'GET', path: '/readyz' });
  if (status < 500) return;
  const failing = text.match(/^\[-\]\S+/gm) ?? [];
  const why = failing.length === 0 ? `status ${status}` : failing.join(', ').replaceAll('[-]', '');
  throw notReady({
    message: `the API server is not ready yet, so that it does not know all of its kinds: ${why}`,
    resource: '/readyz',
  });
}
