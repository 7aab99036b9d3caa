import type { Result } from '../../model/result.ts';
import type { HttpCredentials } from './http.ts';

/** One version of a chart at its repository. */
export interface ChartVersion {
  readonly version: string;
  /** `sha256:…` of the packed chart, or empty where the repository does not say it. */
  readonly digest: string;
}

/** How a repository or registry is reached. `timeoutMs` is for each request by itself. */
export interface RemoteCall {
  readonly credentials: HttpCredentials | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A place that charts are pulled from. Fails with `source.*`. */
export interface ChartRemote {
  /** The highest version within a range (semver), with its digest. */
  find(range: string, call: RemoteCall): Promise<Result<ChartVersion>>;
  /** The packed chart, checked against the digest where one is known. */
  pull(version: ChartVersion, call: RemoteCall): Promise<Result<Uint8Array>>;
}

/** Most bytes of a packed chart. */
export const maxChartBytes = 32 * 2 ** 20;
