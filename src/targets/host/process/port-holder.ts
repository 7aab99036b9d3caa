import { connect } from 'node:net';
import type { ProbeFields } from './fields.ts';

const patienceMs = 200;

/**
 * Whether somebody answers where a process is to be probed, before it is started. Then a good answer soon after the
 * start proves nothing: it may come from whoever holds the port, while the process is about to end because of that.
 */
export async function isAnswered(probe: ProbeFields | undefined): Promise<boolean> {
  const place = probe?.http ?? probe?.tcp;
  if (place === undefined) return false;
  const { host, port } = place;
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const done = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}
