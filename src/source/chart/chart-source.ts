import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChartConfig, SourceAuth, SourceConfig } from '../../model/config.ts';
import { FairleadError } from '../../model/error.ts';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import type { SourceRevision } from '../../model/revision.ts';
import { sha256 } from '../../system/hasher.ts';
import { coalesce } from '../coalesce.ts';
import { readToken } from '../credentials.ts';
import { cancelled, chartChanged, digestMismatch } from '../errors.ts';
import { fileFailure } from '../files.ts';
import { openMirrorSource } from '../mirror-source.ts';
import type { MirrorSourceDependencies } from '../mirror-source.ts';
import type { Source, SourceStatus } from '../source.ts';
import { openHelmRepository } from './helm-repository.ts';
import type { HttpCredentials } from './http.ts';
import { openOciRegistry } from './oci-registry.ts';
import type { ChartRemote, RemoteCall } from './remote.ts';
import { chartBranch, openStaging } from './staging.ts';
import type { ChartStaging } from './staging.ts';
import { unpackChart } from './unpack.ts';
import type { ChartFiles } from './unpack.ts';

interface ChartSourceDependencies extends Omit<MirrorSourceDependencies, 'config'> {
  readonly config: SourceConfig & { readonly chart: ChartConfig };
  /** Where pulled charts are kept; made with mode 0700. */
  readonly directory: string;
}

/**
 * A chart of a repository or registry as a source: its tree is the chart, its commits are the versions that were taken. Only
 * `fetch` needs the network; what was pulled once can be rendered and gone back to for good.
 *
 * A version keeps the content that it was first taken with: when its repository gives another under the same version, that
 * is `source.chart-changed`, and what was taken stays. Where the configuration pins a digest, that content is taken and no
 * other (`source.digest-mismatch`).
 *
 * @throws FairleadError when the state folder cannot be used.
 */
export async function openChartSource(dependencies: ChartSourceDependencies): Promise<Source> {
  const { config, pool, directory } = dependencies;
  const { chart } = config;
  const remote =
    chart.kind === 'oci'
      ? openOciRegistry(chart.url, chart.digest)
      : openHelmRepository(chart.url, chart.name, chart.digest);
  try {
    const folder = join(directory, `${sha256(config.url).slice(0, 40)}.git`);
    const staging = await openStaging(pool.git, folder);
    const inner = await openMirrorSource({
      ...dependencies,
      config: {
        ...config,
        url: pathToFileURL(folder).href,
        follow: { kind: 'branch', name: chartBranch },
        allowForcedPush: false,
        auth: null,
        verify: null,
      },
    });
    return chartSource(dependencies, remote, staging, inner);
  } catch (thrown) {
    throw fileFailure(thrown, `open the chart ${config.url}`, directory);
  }
}

function chartSource(
  { config, clock, environment }: ChartSourceDependencies,
  remote: ChartRemote,
  staging: ChartStaging,
  inner: Source,
): Source {
  let failing: SourceStatus['failing'] = null;
  let lastSuccessAtMs: number | null = null;

  const pull = async (signal: AbortSignal): Promise<Result<void>> => {
    const credentials = await credentialsOf(config, config.auth, environment);
    if (!credentials.ok) return credentials;
    const { timeoutMs } = config;
    const call: RemoteCall = { credentials: credentials.value, timeoutMs, signal };
    const found = await remote.find(config.chart.version, call);
    if (!found.ok) return found;
    const { version, digest } = found.value;
    const taken = await staging.digestOf(version);
    // Who pins a content has said which one is right.
    const isPinned = config.chart.digest !== undefined;
    if (!isPinned && taken !== null && digest !== '' && taken !== digest) {
      const message = `${config.url} ${version} had the digest ${taken} and has ${digest} now`;
      return failure(chartChanged({ message, resource: config.url }));
    }
    const latest = await staging.latest();
    const isSame = digest === '' || latest?.digest === digest;
    if (latest?.version === version && isSame) return success(undefined);
    const packed = await remote.pull(found.value, call);
    if (!packed.ok) return packed;
    const own = `sha256:${sha256(packed.value)}`;
    if (!isPinned && taken !== null && taken !== own) {
      const message = `${config.url} ${version} had the digest ${taken} and has ${own} now`;
      return failure(chartChanged({ message, resource: config.url }));
    }
    const files = unpackChart(packed.value, `${config.url} ${version}`);
    if (!files.ok) return files;
    const refusal = isPinned ? refuseVersion(config, version, files.value) : null;
    if (refusal !== null) return failure(refusal);
    await staging.add({ version, digest: own }, files.value, clock.nowMs());
    return success(undefined);
  };

  const fetchOnce = async (signal: AbortSignal): Promise<Result<SourceRevision>> => {
    let pulled: Result<void>;
    try {
      pulled = await pull(signal);
    } catch (thrown) {
      const error =
        thrown instanceof FairleadError
          ? thrown
          : fileFailure(thrown, `keep the chart ${config.url}`, staging.directory);
      pulled = failure(error);
    }
    if (!pulled.ok) {
      const { code, message, hint } = pulled.error;
      if (signal.aborted) return failure(cancelled({ message: `${config.url} was cancelled` }));
      failing = { sinceMs: failing?.sinceMs ?? clock.nowMs(), code, message, hint };
      return pulled;
    }
    const fetched = await inner.fetch(signal);
    if (fetched.ok) {
      failing = null;
      lastSuccessAtMs = clock.nowMs();
    }
    return fetched;
  };

  return {
    name: config.name,
    config,
    fetch: coalesce(fetchOnce),
    status: () => {
      const status = inner.status();
      return {
        ...status,
        lastSuccessAtMs: lastSuccessAtMs ?? status.lastSuccessAtMs,
        failing: failing ?? status.failing,
      };
    },
    resolve: (reference) => inner.resolve(reference),
    tree: (revision) => inner.tree(revision),
    changedPaths: (from, to) => inner.changedPaths(from, to),
    confirm: (commit, by) => inner.confirm(commit, by),
  };
}

/** A digest that belongs to another version than the one beside it: one of the two is a mistake. */
function refuseVersion(
  { url, chart }: ChartSourceDependencies['config'],
  wanted: string,
  files: ChartFiles,
): FairleadError | null {
  const text = Buffer.from(files.get('Chart.yaml') ?? '').toString('utf8');
  const version = /^version:\s*["']?v?([^\s"'#]+)/m.exec(text)?.[1];
  if (version === undefined || version === wanted.replace(/^v/, '')) return null;
  return digestMismatch({
    message: `${url}: ${chart.digest} is version ${version}, and the Source wants ${wanted}`,
    resource: url,
  });
}

async function credentialsOf(
  { chart, url }: ChartSourceDependencies['config'],
  auth: SourceAuth | null,
  environment: ChartSourceDependencies['environment'],
): Promise<Result<HttpCredentials | null>> {
  if (auth?.kind !== 'token') return success(null);
  const token = await readToken(auth, environment);
  if (!token.ok) return token;
  const { origin } = new URL(chart.url.replace(/^oci:/, isLocal(url) ? 'http:' : 'https:'));
  const pair = Buffer.from(`${auth.username}:${token.value}`).toString('base64');
  return success({ origin, authorization: `Basic ${pair}` });
}

function isLocal(url: string): boolean {
  return /^oci:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/]/.test(url);
}
