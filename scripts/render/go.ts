import { spawnSync } from 'node:child_process';

/** A Go toolchain on this machine. */
export interface Go {
  readonly path: string;
  /** As `go1.26.8`. */
  readonly version: string;
}

/** Where Go is looked for: what FAIRLEAD_GO names and nowhere else; without it the PATH, and where its installer puts it. */
export function findGo(): Go | undefined {
  const named = process.env['FAIRLEAD_GO'];
  for (const path of named ? [named] : ['go', '/usr/local/go/bin/go']) {
    const { stdout, status } = spawnSync(path, ['env', 'GOVERSION'], { encoding: 'utf8' });
    if (status === 0) return { path, version: stdout.trim() };
  }
  return undefined;
}

/**
 * Runs `go` and gives what it prints. A toolchain that the module wants newer than this one is fetched by Go itself.
 * @throws Error with what it said when it fails.
 */
export function runGo(
  go: Go,
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const { stdout, stderr, status, error } = spawnSync(go.path, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off', ...env },
    maxBuffer: 64 * 2 ** 20,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`go ${args.join(' ')} ended with ${status}\n${stderr}`);
  return stdout;
}
