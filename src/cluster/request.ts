import { Agent, request } from 'node:https';
import type { Access } from './files.ts';

/** An answer of the server. */
interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks the server as the administrator: enough to see whether it is ready. @throws Error where it does not answer */
export function createAsk(
  access: Access,
): (method: string, path: string, body?: unknown) => Promise<Answer> {
  const agent = new Agent({
    ca: access.authority,
    cert: access.certificate.certificate,
    key: access.certificate.key,
    keepAlive: true,
    timeout: 10_000,
  });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const sent = request(new URL(path, access.url), { method, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.setTimeout(10_000, () => sent.destroy(new Error('no answer within 10 s')));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
