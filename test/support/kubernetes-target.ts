import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { JsonObject } from '../../src/model/json.ts';
import { systemClock } from '../../src/system/clock.ts';
import type { Clock } from '../../src/system/clock.ts';
import { createSealer, sha256 } from '../../src/system/hasher.ts';
import { systemRandom } from '../../src/system/random.ts';
import { openTarget } from '../../src/targets/registry.ts';
import type { Target } from '../../src/targets/target.ts';
import type { Kube } from './cluster.ts';
import { temporaryFolder } from './git.ts';

/** Opens the suite's cluster as a target. `settings` are laid over those that the suite needs. */
export function openKubernetes(
  kube: Kube,
  settings: JsonObject = {},
  warn: (message: string) => void = () => {},
  clock: Clock = systemClock,
): Promise<Target> {
  return openTarget('kubernetes', {
    name: 'cluster',
    settings: { kubeconfig: kube.kubeconfig, ...settings },
    clock,
    random: systemRandom,
    hash: sha256,
    sealer: createSealer('k1', new Uint8Array(32)),
    env: { PATH: process.env['PATH'] ?? '' },
    warn,
  });
}

/** A way to the server that can be cut. */
export interface Line extends AsyncDisposable {
  readonly kubeconfig: string;
  cut(): void;
  mend(): void;
}

/** Passes on bytes to the suite's server, until it is cut. */
export async function openLine(kube: Kube): Promise<Line> {
  const { hostname, port } = new URL(kube.record.url);
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = temporaryFolder('fairlead-line-');
  const config = readFileSync(kube.kubeconfig, 'utf8');
  const own = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, config.replaceAll(kube.record.url, own));
  const cut = (): void => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    kubeconfig,
    cut,
    mend: () => {
      isCut = false;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
