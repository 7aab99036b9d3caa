import type { KubernetesClient } from '../client/client.ts';
import { answerInvalid } from '../client/errors.ts';
import { isFailure } from '../client/failure.ts';
import { refusalOf } from '../client/refusal.ts';
import { aggregatedAccept, readAggregated } from './aggregated.ts';
import { Catalogue } from './catalogue.ts';
import type { GroupVersion } from './catalogue.ts';
import { readGroups, readResources, readVersions } from './plain.ts';
import type { NamedVersion } from './plain.ts';

/** Group versions asked for side by side. */
const parallel = 8;

/**
 * Asks the server for all that it has: two requests, or one for each group version where it is older than 1.26.
 *
 * @throws FairleadError where the server does not answer, or with something else; an aggregated API that does not is marked, no more
 */
export async function discover(client: KubernetesClient): Promise<Catalogue> {
  const [core, groups] = await Promise.all(
    ['/api', '/apis'].map((path) => ask(client, path, aggregatedAccept)),
  );
  const aggregated = [core, groups].map((value) => readAggregated(value));
  if (aggregated.every((versions) => versions !== null)) return new Catalogue(aggregated.flat());
  const [versions, others] = [readVersions(core), readGroups(groups)];
  if (versions === null || others === null) {
    const resource = versions === null ? '/api' : '/apis';
    throw answerInvalid({ message: `${resource} is answered with no list of kinds`, resource });
  }
  const named = [...versions, ...others];
  const parts: GroupVersion[] = [];
  const queue = named.entries();
  const worker = async (): Promise<void> => {
    for (const [at, version] of queue) parts[at] = await discoverOne(client, version);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return new Catalogue(parts);
}

async function discoverOne(
  client: KubernetesClient,
  { group, version }: NamedVersion,
): Promise<GroupVersion> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  try {
    const found = readResources(await ask(client, path, 'application/json'));
    if (found !== null) return found;
  } catch (thrown) {
    // What may not be seen or was removed meanwhile is not there for us; what does not answer may be.
    if (isFailure(thrown, 'kubernetes.kind-gone') || isFailure(thrown, 'kubernetes.forbidden'))
      return { group, version, isFresh: true, types: [] };
  }
  return { group, version, isFresh: false, types: [] };
}

async function ask(client: KubernetesClient, path: string, accept: string): Promise<unknown> {
  const { status, text, headers } = await client.raw({ method: 'GET', path, accept });
  if (status >= 300) {
    const asked = { resource: path, isWrite: false, isSecret: false };
    throw refusalOf(asked, { status, text, retryAfter: headers['retry-after'] ?? '' });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
