import { execFileSync, spawnSync } from 'node:child_process';
import { canonicalJson } from '../../src/model/json.ts';
import type { Json } from '../../src/model/json.ts';
import { unwrap } from '../../src/model/result.ts';
import { toManifests } from '../../src/render/manifest.ts';
import { parseManifests } from '../../src/render/manifest-yaml.ts';
import { findNativeEngine } from '../../scripts/test/native-engines.ts';
import type { NativeEngine } from '../../scripts/test/native-engines.ts';

/** Path of a program. @throws Error when it is not there. */
export function nativePath(engine: NativeEngine): string {
  const path = findNativeEngine(engine);
  if (path === undefined) throw new Error(`${engine} is not there: npm run build:native`);
  return path;
}

/** What a program prints, as the canonical form of each document. @throws Error when it fails. */
export function runNative(
  engine: NativeEngine,
  args: readonly string[],
  cwd: string,
): readonly string[] {
  const text = execFileSync(nativePath(engine), args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  });
  const documents = parseManifests(engine, text);
  if (!documents.ok) throw documents.error;
  // As for our own result: members of a List count by themselves, what holds comments alone does not count.
  const bodies = documents.value.flatMap((document) => {
    if (canonicalJson(document.value) === '{}') return [];
    return unwrap(toManifests(engine, document)).map(({ body }) => body);
  });
  return canonical(bodies);
}

/** Whether a program refuses. */
export function nativeFails(engine: NativeEngine, args: readonly string[], cwd: string): boolean {
  const { status } = spawnSync(nativePath(engine), args, { cwd, stdio: 'ignore' });
  return status !== 0;
}

/** The canonical form of what a renderer gave. */
export function canonical(bodies: readonly Json[]): readonly string[] {
  return bodies.map((body) => canonicalJson(body));
}
