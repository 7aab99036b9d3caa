import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { findSshd } from '../../scripts/test/tools.ts';
import { temporaryFolder } from './git.ts';
import { until } from './program.ts';

/** A real SSH server on the loopback, which lets in whoever has one key, as the user who runs the test. */
export interface Sshd extends AsyncDisposable {
  readonly folder: string;
  /** URL of a path on this machine. */
  url(path: string): string;
  /** The private key that is let in, and one that is not. */
  readonly keyFile: string;
  readonly strangerKeyFile: string;
  /** The key of the server, in the form of known_hosts. */
  readonly knownHostsFile: string;
  /** Ends it, connections included, and starts it again: with the same key of its own, or another one. */
  off(): Promise<void>;
  on(hostKey?: 'own' | 'other'): Promise<void>;
}

export async function startSshd(): Promise<Sshd> {
  const program = findSshd();
  if (program === undefined) throw new Error('sshd is not there');
  const folder = temporaryFolder('fairlead-sshd-');
  const makeKey = (name: string): string => {
    const path = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
    return path;
  };
  const keyFile = makeKey('let in');
  const strangerKeyFile = makeKey('stranger');
  const hostKeys = { own: makeKey('host'), other: makeKey('other-host') };
  const port = await freePort();
  writeFileSync(join(folder, 'authorized'), readFileSync(`${keyFile}.pub`));
  const [type, key] = readFileSync(`${hostKeys.own}.pub`, 'utf8').split(' ');
  const knownHostsFile = join(folder, 'known hosts');
  writeFileSync(knownHostsFile, `[127.0.0.1]:${port} ${type} ${key}\n`);
  // Where it gives up its rights, it wants an empty folder for that.
  const makesRoom = process.getuid?.() === 0 && !existsSync('/run/sshd');
  if (makesRoom) mkdirSync('/run/sshd', 0o755);

  let running: ReturnType<typeof spawn> | null = null;
  const sshd: Sshd = {
    folder,
    url: (path) => `ssh://${userInfo().username}@127.0.0.1:${port}${path}`,
    keyFile,
    strangerKeyFile,
    knownHostsFile,
    async off() {
      const ending = running;
      running = null;
      if (ending === null || ending.exitCode !== null) return;
      ending.kill('SIGTERM');
      await once(ending, 'exit');
    },
    async on(hostKey = 'own') {
      const config = join(folder, 'sshd_config');
      writeFileSync(
        config,
        [
          `ListenAddress 127.0.0.1:${port}`,
          `HostKey ${hostKeys[hostKey]}`,
          `AuthorizedKeysFile ${join(folder, 'authorized')}`,
          'PidFile none',
          'StrictModes no',
          'PermitRootLogin prohibit-password',
          'PasswordAuthentication no',
          'KbdInteractiveAuthentication no',
          '',
        ].join('\n'),
      );
      let said = '';
      const child = spawn(program, ['-D', '-e', '-f', config], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      running = child;
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      await until(
        'sshd listens',
        () => {
          if (child.exitCode !== null) throw new Error(`sshd ended: ${said}`);
          return said.includes('Server listening');
        },
        () => said,
      );
    },
    async [Symbol.asyncDispose]() {
      await sshd.off();
      rmSync(folder, { recursive: true, force: true });
      if (makesRoom) rmSync('/run/sshd', { recursive: true, force: true });
    },
  };
  await sshd.on();
  return sshd;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
