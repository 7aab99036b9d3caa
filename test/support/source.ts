import { rmSync } from 'node:fs';
import type { SourceConfig } from '../../src/model/config.ts';
import { openGit } from '../../src/source/git.ts';
import { createMirrorPool, type MirrorPool } from '../../src/source/mirror-pool.ts';
import { openMirrorSource, type MirrorSource } from '../../src/source/mirror-source.ts';
import { systemClock } from '../../src/system/clock.ts';
import { temporaryFolder } from './git.ts';

/** A state folder with mirrors, which can be closed and opened again as a restarted process would. */
export interface SourceBench extends AsyncDisposable {
  readonly directory: string;
  readonly pool: MirrorPool;
  open(config: Partial<SourceConfig> & Pick<SourceConfig, 'url'>): Promise<MirrorSource>;
  /** Ends the pool and opens the same folder with a new one. */
  restart(): Promise<void>;
  /** Git directory of the only mirror. */
  mirror(url: string): Promise<string>;
}

export async function createSourceBench(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<SourceBench> {
  const directory = temporaryFolder('fairlead-mirrors-');
  const git = await openGit({ environment, clock: systemClock });
  let pool = createMirrorPool({ directory, git, clock: systemClock });
  return {
    directory,
    get pool() {
      return pool;
    },
    open: (config) =>
      openMirrorSource({
        config: sourceConfig(config),
        pool,
        clock: systemClock,
        environment,
      }),
    async restart() {
      await pool.close();
      pool = createMirrorPool({ directory, git, clock: systemClock });
    },
    async mirror(url) {
      return (await pool.mirror(url)).repository();
    },
    async [Symbol.asyncDispose]() {
      await pool.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A whole configuration from the parts that a test is about. */
export function sourceConfig(
  config: Partial<SourceConfig> & Pick<SourceConfig, 'url'>,
): SourceConfig {
  return {
    name: 'shop',
    follow: { kind: 'branch', name: 'main' },
    intervalMs: 60_000,
    allowForcedPush: false,
    auth: null,
    verify: null,
    timeoutMs: 30_000,
    origin: { file: 'fairlead.yaml' },
    ...config,
  };
}

/** Text of a file at a revision. */
export function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('utf8');
}
