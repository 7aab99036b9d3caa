import { TransportError } from '../../../src/targets/kubernetes/client/transport.ts';
import type { AnswerBody, BodyHandlers } from '../../../src/targets/kubernetes/client/transport.ts';
import type { Machine } from '../run/machine.ts';
import type { TargetFaults } from '../world/faults.ts';
import type { Cluster } from './cluster.ts';
import type { Kind } from './kind.ts';
import type { ApiRequest } from './request.ts';
import { refuse } from './status.ts';
import type { Refusal } from './status.ts';
import { bookmark } from './watches.ts';

/** How often a server says that nothing happened: about every minute, and sooner than a client gives up. */
const bookmarkMs = 100_000;
/** How long a watch lives. Milliseconds: the shortest, and what chance adds. */
const lifeMs = 1_800_000;
/** A client looks so often whether its connection lives, and waits so long for a sign of it. */
const lookMs = 20_000;
/** The longest that a watch of records lags behind where nothing is wrong with the server. */
const recordLagMs = 500;

interface StreamOptions {
  readonly machine: Machine;
  readonly faults: TargetFaults;
  /** Shared with the other watches of this controller. */
  readonly connection: { isDead: boolean; heardMs: number };
  /** Whether it is about inventories and holds. */
  readonly isRecords: boolean;
  readonly signal: AbortSignal;
  /** An event of records is on the line from then on. */
  readonly onRecordDue: (atMs: number) => void;
  /** Has all watches of the connection hand over what has come. */
  readonly deliverAll: () => void;
  readonly onEnd: (stream: Stream) => void;
}

/** The events of one watch on their way. They keep their order, and may be late, or come no more. */
export class Stream implements AnswerBody {
  /** For the trace. */
  what = '';
  readonly #options: StreamOptions;
  /** Events, and when each is on the line. */
  #waiting: { readonly line: string; readonly atMs: number }[] = [];
  #handlers: BodyHandlers | null = null;
  #isPumping = false;
  /** The server has forgotten it, without a word. */
  #isMute = false;
  readonly #over = new AbortController();
  #endWatch = (): void => {};

  constructor(options: StreamOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#aborted(), { once: true });
  }

  /** @returns why there is no watch; `null`: it has begun */
  open(cluster: Cluster, asked: ApiRequest): Refusal | null {
    const { machine } = this.#options;
    const answer = cluster.watch(asked, (event) => {
      const code = event.type === 'ERROR' ? event.object['code'] : null;
      this.#push(JSON.stringify(event));
      if (code === 410) this.#push('');
    });
    if (!('end' in answer)) return answer;
    // A server may say it at once instead.
    if (this.#waiting.at(-1)?.line === '' && machine.hits(0.5)) {
      answer.end();
      return refuse(410, 'Expired', 'too old resource version');
    }
    this.#endWatch = answer.end;
    void this.#sayNothingHappened(cluster, answer.of);
    void this.#live();
    return null;
  }

  read(handlers: BodyHandlers): void {
    this.#handlers = handlers;
    if (this.#waiting.length > 0) void this.#pump();
  }

  pause(): void {}

  resume(): void {}

  cancel(): void {
    this.#finish();
  }

  fail(error: Error): void {
    if (this.#over.signal.aborted) return;
    this.#finish();
    this.#handlers?.error(error);
  }

  #aborted(): void {
    this.fail(new TransportError('it was aborted', true));
  }

  #finish(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#endWatch();
    this.#options.onEnd(this);
  }

  #push(line: string): void {
    if (this.#over.signal.aborted) return;
    const { machine, faults, connection, isRecords } = this.#options;
    if (machine.hits(faults.watchDead) || machine.hits(faults.noticeLost / 8))
      connection.isDead = true;
    // That a watch of records tells nothing over a connection that lives is more than the driver can stand.
    if (!isRecords && (machine.hits(faults.watchMute) || machine.hits(faults.noticeLost / 8)))
      this.#isMute = true;
    const nowMs = machine.clock.monotonicMs();
    const lagMs = Math.round(machine.chance.fraction() * faults.staleMs);
    const ownMs = isRecords ? Math.min(lagMs, recordLagMs) + this.#lateMs() : lagMs;
    const atMs = Math.max(nowMs + ownMs, this.#waiting.at(-1)?.atMs ?? 0);
    this.#waiting.push({ line, atMs });
    if (isRecords) this.#options.onRecordDue(atMs);
    if (this.#handlers !== null) void this.#pump();
  }

  /** A server whose own copy of the records is old, though it answers. */
  #lateMs(): number {
    const { machine, faults } = this.#options;
    if (faults.recordsLateMs === 0) return 0;
    return Math.round(machine.chance.fraction() * faults.recordsLateMs);
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    const { machine, connection, deliverAll } = this.#options;
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      // Whole ones: what is left of a fraction can be too little to move the clock.
      const latencyMs = Math.ceil(next.atMs - machine.clock.monotonicMs());
      await machine.io(`${this.what} event`, { latencyMs });
      if (this.#over.signal.aborted || connection.isDead || this.#isMute) break;
      // What was sent before over the same connection comes first.
      deliverAll();
    }
    this.#isPumping = false;
  }

  /** Hands over what has come over the line. Whatever comes over the same connection after that comes after it. */
  deliver(): void {
    const { machine, connection } = this.#options;
    const nowMs = machine.clock.monotonicMs();
    if (this.#over.signal.aborted || connection.isDead || this.#isMute) return;
    const lines = this.#waiting.filter(({ atMs }) => atMs <= nowMs).map(({ line }) => line);
    this.#waiting = this.#waiting.slice(lines.length);
    if (lines.length === 0 || this.#handlers === null) return;
    connection.heardMs = nowMs;
    this.#handlers.data(Buffer.from(lines.map((one) => `${one}\n`).join('')));
    if (lines.at(-1) === '') this.#end();
  }

  #end(): void {
    if (this.#over.signal.aborted) return;
    this.#finish();
    this.#handlers?.end();
  }

  async #sayNothingHappened(cluster: Cluster, kind: Kind): Promise<void> {
    const { machine } = this.#options;
    for (;;) {
      await machine.clock.sleep(bookmarkMs, this.#over.signal);
      if (this.#over.signal.aborted) return;
      this.#push(JSON.stringify(bookmark(cluster.storage, kind)));
    }
  }

  /** Watches end by themselves, and those over dead connections are given up. */
  async #live(): Promise<void> {
    const { machine, connection, faults } = this.#options;
    const endMs = machine.clock.monotonicMs() + lifeMs * (1 + machine.chance.fraction());
    while (!this.#over.signal.aborted) {
      const isTroubled =
        connection.isDead || faults.noticeLost > 0 || faults.watchDead > 0 || faults.watchEnds > 0;
      const leftMs = endMs - machine.clock.monotonicMs();
      await machine.clock.sleep(
        Math.max(0, Math.min(isTroubled ? lookMs : bookmarkMs, leftMs)),
        this.#over.signal,
      );
      if (this.#over.signal.aborted) return;
      if (connection.isDead) {
        await machine.clock.sleep(10_000, this.#over.signal);
        this.fail(new TransportError('the other side gives no sign of life', true));
      } else if (machine.clock.monotonicMs() >= endMs || machine.hits(faults.watchEnds)) {
        if (machine.hits(0.3)) this.fail(new TransportError('the connection was reset', true));
        else this.#end();
      }
    }
  }
}
