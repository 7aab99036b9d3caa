import type { Socket } from 'node:net';

/** The socket, once `event` says that it is ready. */
export function settled<Ready extends Socket>(
  socket: Ready,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      signal.removeEventListener('abort', aborted);
      socket.off('error', failed);
      socket.off('close', closed);
    };
    const failed = (error: Error): void => {
      end();
      socket.destroy();
      // Whatever it says after that was said already.
      socket.on('error', () => {});
      reject(error);
    };
    const closed = (): void => failed(new Error('the connection was closed while it was made'));
    const aborted = (): void =>
      failed(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', aborted, { once: true });
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once(event, () => {
      end();
      resolve(socket);
    });
  });
}
