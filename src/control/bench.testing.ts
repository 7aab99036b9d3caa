import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineError, FairleadError } from '../model/error.ts';
import type { FairleadEvent } from '../model/event.ts';
import type { Api } from './api.ts';
import { createControlClient } from './client.ts';
import { methods } from './methods.ts';
import { serveControl } from './server.ts';
import type { ControlServer } from './server.ts';

/**
 * For tests of the transport alone: what goes in on one side comes out on the other. The `Api` behind it is a small one;
 * that the engine's `Api` does what it says is tested with the engine and end to end.
 */

/** What the small `Api` throws for an application that it does not know. */
export const notFound = defineError('application.not-found', {
  class: 'input',
  title: 'x',
  hint: 'look again',
});
/** An event like any other, with this number. */
export const someEvent = (seq: number): FairleadEvent => ({
  v: 1,
  id: `event-${seq}`,
  seq,
  atMs: 0,
  type: 'application.state',
  application: 'site',
  environment: 'dev',
  target: null,
  release: null,
  actor: 'test',
  message: `event ${seq}`,
  data: {},
});

/** Answers every call with what it was asked, so that both directions can be compared. `over`: methods that do something else. */
export function echoApi(over: Partial<Api> = {}): Api {
  const echo = Object.fromEntries(
    Object.keys(methods).map((name) => [name, async (argument: unknown) => ({ name, argument })]),
  );
  const api: Partial<Api> = {
    application: async (selector) => {
      throw notFound({
        message: `there is no application ${selector.application}`,
        resource: selector.application,
      });
    },
    follow: async function* ({ afterSeq }, signal) {
      for (let seq = afterSeq + 1; !signal.aborted; seq += 1) {
        yield someEvent(seq);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    logs: async function* ({ tail }) {
      for (let line = 1; line <= tail; line += 1)
        yield { resource: 'Process/web', line: `line ${line}` };
    },
    ...over,
  };
  return { ...echo, ...api } as Api;
}

/** What a promise is rejected with. */
export const thrown = async (promise: Promise<unknown>): Promise<FairleadError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FairleadError) return error;
    throw error;
  }
  throw new Error('did not throw');
};

/** A request to sync that is well formed. */
export const sync = {
  application: 'site',
  environment: 'dev',
  actor: 'ann',
  reason: '',
  approve: null,
  retryQuarantined: false,
};

/** A socket in a folder of its own; disposing of it closes what serves there. */
export interface ControlBench extends AsyncDisposable {
  readonly folder: string;
  readonly socketPath: string;
  /** Serves. Default: an `echoApi` on `socketPath`, closing of which waits 200 ms for calls. */
  serve(api?: Api, options?: { graceMs?: number; socketPath?: string }): Promise<ControlServer>;
  /** A client of whatever listens there. Default: on `socketPath`, stopped by nobody. */
  client(options?: { socketPath?: string; signal?: AbortSignal }): Client;
}

type Client = ReturnType<typeof createControlClient>;

/** Makes the folder; nobody listens yet. */
export async function createControlBench(): Promise<ControlBench> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-control-'));
  const socketPath = join(folder, 'control.sock');
  const servers: ControlServer[] = [];
  return {
    folder,
    socketPath,
    serve: async (api = echoApi(), options = {}) => {
      const server = await serveControl({ api, socketPath, graceMs: 200, ...options });
      servers.push(server);
      return server;
    },
    client: (options = {}) => createControlClient({ socketPath, ...options }),
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
