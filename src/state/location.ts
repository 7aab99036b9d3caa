import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Longest path of a Unix socket that every system takes, in bytes: 104 on macOS and 108 on Linux, with the final zero. */
const maxSocketPathBytes = 100;

/**
 * Where the controller keeps its state unless it is told: `fairlead` in the user's state folder, by the XDG Base
 * Directory Specification, which asks to ignore relative paths.
 */
export function defaultStateDir(env: Environment): string {
  const given = env['XDG_STATE_HOME'] ?? '';
  return join(
    isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), '.local', 'state'),
    'fairlead',
  );
}

/**
 * Where things are kept that can be made again: `fairlead` in the user's folder for caches, by the same rule. `null`
 * where the user has no folder to hold it, which nobody wants to have made.
 */
export function defaultCacheDir(env: Environment): string | null {
  const given = env['XDG_CACHE_HOME'] ?? '';
  const caches = isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), '.cache');
  return existsSync(dirname(caches)) ? join(caches, 'fairlead') : null;
}

/**
 * Where the controller of a state folder listens: inside it, or, where that path is too long for a socket, in a
 * folder of the user's own that both sides find by the same rule.
 */
export function socketPathOf(stateDir: string, env: Environment): string {
  const inside = join(stateDir, 'control.sock');
  if (Buffer.byteLength(inside) <= maxSocketPathBytes) return inside;
  const name = createHash('sha256').update(stateDir).digest('hex').slice(0, 16);
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const folder = isAbsolute(runtime)
    ? join(runtime, 'fairlead')
    : join(tmpdir(), `fairlead-${userInfo().uid}`);
  return join(folder, `${name}.sock`);
}
