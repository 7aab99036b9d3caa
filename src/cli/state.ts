import { homedir } from 'node:os';
import { join } from 'node:path';

export function defaultStateDir(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_STATE_HOME'];
  return join(
    base !== undefined && base.startsWith('/')
      ? base
      : join(env['HOME'] ?? homedir(), '.local', 'state'),
    'fairlead',
  );
}

export function socketPathOf(stateDir: string, _env: NodeJS.ProcessEnv): string {
  return join(stateDir, 'control.sock');
}
