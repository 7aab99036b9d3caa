import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { adminAgent } from '../../../cluster/admin.ts';
import type { ClusterRecord } from '../../../cluster/record.ts';

/** An object as the server gives it; the demo looks at what it likes. */
// oxlint-disable-next-line typescript/no-explicit-any
export type LiveObject = any;

/** What became of an object, and when the server said so. */
export interface Told {
  /** `ADDED`, `MODIFIED`, `DELETED`. */
  readonly type: string;
  readonly object: LiveObject;
  /** Milliseconds of a clock that only goes forward. */
  readonly atMs: number;
}

/** What is followed, until `stop`. */
export interface Followed {
  readonly told: readonly Told[];
  stop(): void;
}

/** The API server itself, asked as its administrator and with none of Fairlead's own code: what it says is what there is. */
export interface Server {
  /** `null`: there is no such thing. @throws Error with what the server said else */
  get(path: string): Promise<LiveObject>;
  /** Follows one object of a collection from now on. Resolves once the server follows it. */
  follow(collection: string, name: string): Promise<Followed>;
  close(): void;
}

const withinMs = 15_000;

/** Asks over connections of its own, until it is closed. */
export function openServer(record: ClusterRecord): Server {
  const agent = adminAgent(record);
  const ask = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request(new URL(path, record.url), { agent }, resolve);
      sent.on('error', reject);
      sent.setTimeout(withinMs, () => sent.destroy(new Error(`no answer within ${withinMs} ms`)));
      sent.end();
    });
  const get = async (path: string): Promise<LiveObject> => {
    const response = await ask(path);
    const text = await textOf(response);
    if (response.statusCode === 404) return null;
    const body: LiveObject = JSON.parse(text);
    if (response.statusCode === 200) return body;
    throw new Error(`${response.statusCode ?? 'no status'}: ${String(body.message)}`);
  };
  return {
    get,
    follow: async (collection, name) => {
      const selected = `fieldSelector=metadata.name%3D${name}`;
      const { metadata } = await get(`${collection}?${selected}`);
      const told: Told[] = [];
      const from = `resourceVersion=${metadata.resourceVersion}`;
      const response = await ask(`${collection}?watch=1&${selected}&${from}`);
      response.socket.setTimeout(0);
      const lines = createInterface({ input: response });
      lines.on('line', (line) => {
        const { type, object }: LiveObject = JSON.parse(line);
        told.push({ type, object, atMs: performance.now() });
      });
      response.on('error', () => lines.close());
      return { told, stop: () => response.destroy() };
    },
    close: () => agent.destroy(),
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response) text += part as string;
  return text;
}
