import type { Clock } from '../../../system/clock.ts';
import type { KubernetesClient } from '../client/client.ts';
import { apiVersionOf, parseApiVersion } from '../client/resource-type.ts';
import type { ResourceType } from '../client/resource-type.ts';
import type { Catalogue } from './catalogue.ts';
import type { Discovery } from './discovery.ts';
import { groupUnavailable } from './errors.ts';
import { discoverWhole } from './whole.ts';

/** What is unknown is asked for again after so long. */
const againMs = 10_000;

/** What is known is asked for anew after so long, when somebody asks: a version may have been taken away. */
const validMs = 600_000;

/** Discovery that asks the server as seldom as it can. */
export function createDiscovery(client: KubernetesClient, clock: Clock): Discovery {
  let known: { readonly catalogue: Catalogue; readonly atMs: number } | null = null;
  let asking: Promise<Catalogue> | null = null;
  /** Who asks while it is asked for shares the answer. */
  let version: Promise<string> | null = null;

  const ask = (): Promise<Catalogue> => {
    if (asking !== null) return asking;
    const atMs = clock.monotonicMs();
    const answer = discoverWhole(client, known?.catalogue ?? null)
      .then((catalogue) => {
        // Forgotten meanwhile: good for who asked, and no longer.
        known = { catalogue, atMs: asking === answer ? atMs : Number.NEGATIVE_INFINITY };
        return catalogue;
      })
      .finally(() => {
        if (asking === answer) asking = null;
      });
    asking = answer;
    return answer;
  };
  const isOlderThan = (ms: number): boolean =>
    known === null || clock.monotonicMs() - known.atMs >= ms;
  const current = async (): Promise<Catalogue> => {
    if (known === null) return await ask();
    if (!isOlderThan(validMs)) return known.catalogue;
    // What was true ten minutes ago is better than nothing.
    const { catalogue } = known;
    return await ask().catch(() => catalogue);
  };
  const look = async (
    search: (catalogue: Catalogue) => ResourceType | null,
    group: string,
    ofVersion?: string,
  ): Promise<ResourceType | null> => {
    const first = search(await current());
    if (first !== null) return first;
    const catalogue = isOlderThan(againMs) || asking !== null ? await ask() : await current();
    const found = search(catalogue);
    if (found !== null || !catalogue.mayHide(group, ofVersion)) return found;
    const where = ofVersion === undefined ? group : apiVersionOf({ group, version: ofVersion });
    throw groupUnavailable({ message: `the API of ${where} does not answer`, resource: where });
  };

  return {
    resolve: (apiVersion, kind) => {
      const { group, version: wanted } = parseApiVersion(apiVersion);
      return look((catalogue) => catalogue.resolve(group, wanted, kind), group, wanted);
    },
    find: (group, kind) => look((catalogue) => catalogue.find(group, kind), group),
    all: async () => (await current()).all(),
    unavailable: async () =>
      (await current()).versions.filter(({ isFresh }) => !isFresh).map(apiVersionOf),
    apiVersions: async () =>
      (await current()).versions.flatMap((served) => [
        apiVersionOf(served),
        ...served.types.map(({ kind }) => `${apiVersionOf(served)}/${kind}`),
      ]),
    serverVersion: () => {
      if (version !== null) return version;
      const asked = askVersion(client);
      version = asked;
      asked.catch(() => {
        if (version === asked) version = null;
      });
      return asked;
    },
    doubt: () => {
      if (known !== null && isOlderThan(againMs))
        known = { ...known, atMs: Number.NEGATIVE_INFINITY };
    },
    refresh: () => {
      // Kept for the case that the server does not answer.
      if (known !== null) known = { ...known, atMs: Number.NEGATIVE_INFINITY };
      asking = null;
      version = null;
    },
  };
}

async function askVersion(client: KubernetesClient): Promise<string> {
  const { text } = await client.raw({ method: 'GET', path: '/version' });
  const { gitVersion } = JSON.parse(text) as { readonly gitVersion?: unknown };
  return typeof gitVersion === 'string' ? gitVersion : '';
}
