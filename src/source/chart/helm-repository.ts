import { createHash } from 'node:crypto';
import { load } from 'js-yaml';
import { isJsonObject } from '../../model/json.ts';
import type { Json } from '../../model/json.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import type { FairleadError } from '../../model/error.ts';
import { chartChanged, digestMismatch, indexInvalid, notFound } from '../errors.ts';
import { chooseVersion } from './choose.ts';
import { get } from './http.ts';
import { maxChartBytes } from './remote.ts';
import type { ChartRemote, RemoteCall } from './remote.ts';

/** Largest index that is read; the largest public ones have some 20 MB. */
const maxIndexBytes = 64 * 2 ** 20;

interface Entry {
  readonly version: string;
  readonly digest: string;
  readonly url: string;
}

/**
 * A chart in a repository that is served over http(s): `index.yaml` says what there is, with digests.
 * @param pin digest of the packed chart that may be taken alone; `undefined`: what the index says
 */
export function openHelmRepository(url: string, chart: string, pin?: string): ChartRemote {
  const base = url.endsWith('/') ? url : `${url}/`;
  const resource = `${base}${chart}`;

  const mismatch = (version: string, found: string, pinned: string): FairleadError =>
    digestMismatch({
      message: `${resource} ${version} has the digest ${found}, the Source pins ${pinned}`,
      resource,
    });

  const entries = async (call: RemoteCall): Promise<Result<readonly Entry[]>> => {
    const answer = await get({ ...call, url: `${base}index.yaml`, maxBytes: maxIndexBytes });
    if (!answer.ok) return answer;
    return readIndex(answer.value.body.toString('utf8'), base, chart);
  };

  return {
    find: async (range, call) => {
      const known = await entries(call);
      if (!known.ok) return known;
      const versions = known.value.map(({ version }) => version);
      const chosen = chooseVersion(versions, range, resource);
      if (!chosen.ok) return chosen;
      const digest = known.value.find(({ version }) => version === chosen.value)?.digest ?? '';
      if (pin === undefined || digest === pin) return success({ version: chosen.value, digest });
      // An index that says none is not asked: what comes is compared.
      if (digest === '') return success({ version: chosen.value, digest: pin });
      return failure(mismatch(chosen.value, digest, pin));
    },
    pull: async ({ version, digest }, call) => {
      const known = await entries(call);
      if (!known.ok) return known;
      const entry = known.value.find((one) => one.version === version);
      if (entry === undefined) {
        return failure(notFound({ message: `${resource} ${version} is gone`, resource }));
      }
      const answer = await get({ ...call, url: entry.url, maxBytes: maxChartBytes });
      if (!answer.ok) return answer;
      const bytes = answer.value.body;
      const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (digest === '' || found === digest) return success(bytes);
      if (digest === pin && entry.digest === '') return failure(mismatch(version, found, pin));
      const message = `${resource} ${version} has the digest ${found}, its index says ${digest}`;
      return failure(chartChanged({ message, resource }));
    },
  };
}

function readIndex(text: string, base: string, chart: string): Result<readonly Entry[]> {
  const resource = `${base}index.yaml`;
  let index: Json;
  try {
    index = load(text) as Json;
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : '';
    return failure(indexInvalid({ message: `${resource}: ${why}`, resource }));
  }
  const charts = isJsonObject(index) ? index['entries'] : undefined;
  if (!isJsonObject(charts)) {
    return failure(indexInvalid({ message: `${resource} lists no charts`, resource }));
  }
  const versions = charts[chart];
  if (!Array.isArray(versions)) {
    return failure(notFound({ message: `${resource} lists no chart ${chart}`, resource }));
  }
  const found: Entry[] = [];
  for (const one of versions as readonly Json[]) {
    if (!isJsonObject(one) || typeof one['version'] !== 'string') continue;
    const urls = Array.isArray(one['urls']) ? (one['urls'] as readonly Json[]) : [];
    const [first] = urls;
    const url = typeof first === 'string' ? URL.parse(first, base) : null;
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) continue;
    const digest = typeof one['digest'] === 'string' ? one['digest'].replace(/^sha256:/, '') : '';
    found.push({
      version: one['version'],
      digest: /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : '',
      url: url.href,
    });
  }
  return success(found);
}
