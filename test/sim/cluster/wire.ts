import type { Json, JsonObject } from '../../../src/model/json.ts';
import { isJsonObject } from '../../../src/model/json.ts';
import { unavailable } from '../../../src/targets/kubernetes/client/errors.ts';
import { TransportError } from '../../../src/targets/kubernetes/client/transport.ts';
import type {
  AnswerBody,
  Transport,
  TransportAnswer,
  TransportRequest,
} from '../../../src/targets/kubernetes/client/transport.ts';
import type { Effect } from '../../../src/targets/target.ts';
import type { Witness } from '../place/witness.ts';
import type { Machine } from '../run/machine.ts';
import type { TargetFaults } from '../world/faults.ts';
import type { Admission } from './objects.ts';
import { Overseer } from './overseer.ts';
import type { ClusterPlace } from './place.ts';
import { recordNamespace } from './records.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import { refuse } from './status.ts';
import { Stream } from './stream.ts';
import { underway } from './underway.ts';
import { textAt } from './value.ts';

export interface WireOptions {
  readonly machine: Machine;
  readonly place: ClusterPlace;
  readonly witness: Witness;
}

/** What a request is to the faults. */
type Purpose = 'read' | 'effect' | 'record';

/**
 * The way from one controller to a cluster: requests take turns and time, arrive or not, and what they are answered may
 * be lost. The driver's own client runs on top of it.
 */
export class Wire implements Transport {
  readonly #options: WireOptions;
  readonly #overseer: Overseer;
  readonly #streams = new Set<Stream>();
  /** The connection that watches share; another one takes its place when it has died. */
  #connection = { isDead: false, heardMs: 0 };

  constructor(options: WireOptions) {
    this.#options = options;
    this.#overseer = new Overseer(options);
  }

  get #faults(): TargetFaults {
    const { machine, place } = this.#options;
    return machine.faults.targets.get(place.name)!;
  }

  send(request: TransportRequest): Promise<TransportAnswer> {
    const { signal } = request;
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    // What was sent goes its way, whether or not somebody still waits for it.
    const sent = request.kind === 'watch' ? this.#open(request) : this.#call(request);
    return new Promise((resolve, reject) => {
      const aborted = (): void => reject(new TransportError('it was aborted', true, signal.reason));
      signal.addEventListener('abort', aborted, { once: true });
      sent.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
    });
  }

  close(): void {
    for (const stream of this.#streams) stream.fail(new TransportError('it was closed', true));
  }

  async #call(request: TransportRequest): Promise<TransportAnswer> {
    const { machine, place, witness } = this.#options;
    const asked = this.#read(request);
    const purpose = purposeOf(asked);
    const what = `${place.name} ${asked.method} ${asked.path.split('?')[0]}`;
    await machine.io(what, { latencyMs: this.#faults.slowMs });
    const unreached = this.#unreached(purpose, asked.path);
    if (unreached !== null) return this.#answer(await unreached);
    const effect = underway.getStore() ?? null;
    if (purpose !== 'read')
      await machine.mayCrash(purpose === 'effect' ? 'before-effect' : 'before-ledger');
    await machine.mayCrash('before-request');
    if (purpose !== 'read') witness.onRequest(isForRecords(asked) ? 'record' : purpose);
    const answer = this.#handled(asked, effect);
    if (purpose !== 'read')
      await machine.mayCrash(purpose === 'effect' ? 'after-effect' : 'after-ledger');
    await machine.mayCrash('after-request');
    const isLost = machine.hits(
      purpose === 'effect'
        ? this.#faults.answerLost
        : purpose === 'record'
          ? this.#faults.ledgerAnswerLost
          : 0,
    );
    if (isLost) return this.#answer(await this.#lost());
    await machine.io(`${what} ${answer.status}`, { latencyMs: this.#faults.slowMs / 4 });
    return this.#answer(answer);
  }

  /** What becomes of a request that is not carried out; `null`: it is. */
  #unreached(purpose: Purpose, path: string): Promise<ApiAnswer> | null {
    const { machine } = this.#options;
    const faults = this.#faults;
    const isFailing =
      machine.hits(faults.down) ||
      machine.hits(
        purpose === 'read'
          ? faults.readFails
          : purpose === 'effect'
            ? faults.effectFails
            : faults.ledgerFails,
      );
    if (isFailing) return this.#failure(purpose);
    const isOfThings = purpose === 'read' && !path.includes(`/namespaces/${recordNamespace}/`);
    if (isOfThings && machine.hits(faults.forbidden))
      return Promise.resolve(refuse(403, 'Forbidden', 'user "fairlead" cannot read this'));
    if (purpose === 'effect' && machine.hits(faults.hangs)) return new Promise(() => {});
    if (purpose !== 'read' && faults.full)
      return Promise.resolve(
        refuse(500, 'InternalError', 'etcdserver: mvcc: database space exceeded'),
      );
    if (purpose === 'effect' && machine.hits(faults.denied))
      return Promise.resolve(
        refuse(403, 'Forbidden', 'admission webhook "deny.example.com" denied the request: no'),
      );
    return null;
  }

  async #failure(purpose: Purpose): Promise<ApiAnswer> {
    const { machine, place } = this.#options;
    switch (machine.chance.int(purpose === 'read' ? 7 : 6)) {
      case 0:
        throw unavailable({ message: `${place.name}: connect ECONNREFUSED` });
      case 1:
        return refuse(
          503,
          'ServiceUnavailable',
          'the server is currently unable to handle the request',
        );
      case 2:
        return refuse(500, 'InternalError', 'etcdserver: request timed out');
      case 3:
        return refuse(429, 'TooManyRequests', 'too many requests, please try again later', {
          retryAfterSeconds: 1,
        });
      case 4:
        throw new TransportError('the connection was reset', true);
      case 5:
        return { status: 504, body: { text: '<html>gateway timeout</html>' } };
      default:
        return refuse(403, 'Forbidden', 'user "fairlead" cannot read this');
    }
  }

  async #lost(): Promise<ApiAnswer> {
    const { machine } = this.#options;
    if (machine.hits(0.2)) await new Promise(() => {});
    if (machine.hits(0.2)) return { status: 504, body: { text: '<html>gateway timeout</html>' } };
    throw new TransportError('the connection was reset', true);
  }

  #handled(asked: ApiRequest, effect: Effect | null): ApiAnswer {
    const { place } = this.#options;
    const { onWrite } = place;
    const written: Admission[] = [];
    // Requests are answered one after the other, at once: what is written meanwhile is this one's doing.
    place.onWrite = (write) => {
      if (this.#overseer.isRecord(write)) this.#overseer.record(write);
      else written.push(write);
    };
    try {
      return place.cluster.handle(asked);
    } finally {
      place.onWrite = onWrite;
      for (const write of written) {
        if (write.before === null) place.noteOwn(textAt(write.after ?? {}, 'metadata', 'uid'));
        this.#overseer.effect(effect, write);
      }
    }
  }

  async #open(request: TransportRequest): Promise<TransportAnswer> {
    const { machine, place } = this.#options;
    const asked = this.#read(request);
    const what = `${place.name} WATCH ${asked.path.split('?')[0]}`;
    await machine.io(what, { latencyMs: this.#faults.slowMs });
    const unreached = this.#unreached('read', asked.path);
    if (unreached !== null) return this.#answer(await unreached);
    if (this.#connection.isDead) this.#connection = { isDead: false, heardMs: 0 };
    const connection = this.#connection;
    connection.heardMs = machine.clock.monotonicMs();
    const stream = new Stream({
      machine,
      faults: this.#faults,
      connection,
      isRecords: asked.path.includes(`/namespaces/${recordNamespace}/`),
      signal: request.signal,
      onRecordDue: (atMs) => place.noteRecordDue(atMs),
      deliverAll: () => this.#deliverAll(),
      onEnd: (ended) => this.#streams.delete(ended),
    });
    const refused = stream.open(place.cluster, asked);
    if (refused !== null) return this.#answer(refused);
    this.#streams.add(stream);
    stream.what = what;
    return {
      status: 200,
      headers: {},
      body: stream,
      isAlive: (maxAgeMs) => this.#isAlive(connection, maxAgeMs),
    };
  }

  #deliverAll(): void {
    for (const stream of this.#streams) stream.deliver();
  }

  async #isAlive(
    connection: { isDead: boolean; heardMs: number },
    maxAgeMs: number,
  ): Promise<boolean> {
    const { machine, place } = this.#options;
    if (machine.clock.monotonicMs() - connection.heardMs <= maxAgeMs) return true;
    await machine.io(`${place.name} ping`);
    // Nobody answers, for which a client waits as long as it does.
    if (connection.isDead) await machine.clock.sleep(10_000);
    else connection.heardMs = machine.clock.monotonicMs();
    // An answer comes after what was sent before it.
    this.#deliverAll();
    return !connection.isDead;
  }

  #read({ method, path, headers, body }: TransportRequest): ApiRequest {
    const { machine } = this.#options;
    const parsed = body === null ? null : (JSON.parse(body.toString('utf8')) as Json);
    const user = headers['impersonate-user'];
    const groups = [headers['impersonate-group'] ?? []].flat().map(String);
    return {
      method,
      path,
      accept: String(headers['accept'] ?? ''),
      contentType: String(headers['content-type'] ?? ''),
      body: isJsonObject(parsed) ? parsed : null,
      actor: {
        name: 'fairlead',
        machine,
        ...(user === undefined ? {} : { user: { name: String(user), groups } }),
      },
    };
  }

  #answer({ status, body, retryAfter }: ApiAnswer): TransportAnswer {
    return {
      status,
      headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
      body: bodyOf(body),
      isAlive: async () => true,
    };
  }
}

function purposeOf({ method, path }: ApiRequest): Purpose {
  if (method === 'GET' || path.includes('dryRun=All')) return 'read';
  return path.includes(`/namespaces/${recordNamespace}/`) ? 'record' : 'effect';
}

/** Whoever writes a record sees to its namespace first: that changes nothing but records. */
function isForRecords({ method, body }: ApiRequest): boolean {
  return method === 'POST' && textAt(body ?? {}, 'metadata', 'name') === recordNamespace;
}

/** A body that is there as a whole. */
function bodyOf(body: JsonObject): AnswerBody {
  let isOver = false;
  const { text } = body;
  const bytes = Buffer.from(typeof text === 'string' ? text : JSON.stringify(body));
  return {
    read: ({ data, end }) => {
      void Promise.resolve().then(() => {
        if (!isOver) data(bytes);
        if (!isOver) end();
      });
    },
    pause: () => {},
    resume: () => {},
    cancel: () => {
      isOver = true;
    },
  };
}
