import { notNeeded } from '../model/not-needed.ts';
import type { Clock } from '../system/clock.ts';
import { BatchParser, type BatchAnswer } from './batch-parser.ts';
import { signalGroup, tail } from './child.ts';
import { cancelled, corrupt, tooManyFiles } from './errors.ts';
import { atLeast, type Git } from './git.ts';
import type { ObjectInfo } from './git-object.ts';

/** Where objects are read from. */
interface ObjectStore {
  /** The Git directory. */
  readonly repository: string;
  /** `GIT_OBJECT_DIRECTORY` and the like. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** Reads objects through `git cat-file` processes that stay while there is something to read. Requests are pipelined; answers come in order. */
export interface ObjectReader {
  /** `null` when there is no such object. `name` is an object id or a reference, optionally with `^{commit}` or `^{tree}`. */
  info(name: string): Promise<ObjectInfo | null>;
  /** @throws FairleadError `source.corrupt` when it is damaged. */
  content(oid: string): Promise<{ readonly info: ObjectInfo; readonly bytes: Buffer } | null>;
  /** Ends the processes; what is waiting fails with `source.cancelled`. Reading again starts new ones. */
  close(): Promise<void>;
}

interface Request {
  readonly command: 'info' | 'contents';
  readonly name: string;
  readonly resolve: (answer: BatchAnswer) => void;
  readonly reject: (error: Error) => void;
}

interface Running {
  readonly child: ReturnType<Git['start']>;
  readonly ended: Promise<void>;
}

/** How many requests may be unanswered in a process; bounds what its pipes hold. */
const window = 256;

interface ObjectReaderOptions {
  readonly clock: Pick<Clock, 'sleep'>;
  /** A process ends when nothing was read for this long: it takes some 5 MB, and another is there in as many ms. Default 15 000. */
  readonly idleMs?: number;
  /** Told when an object turned out to be unreadable. */
  readonly onDamage?: () => void;
}

/** Reader over one process with `--batch-command`, or over two (`--batch`, `--batch-check`) where Git is older than 2.36. */
export function createObjectReader(
  git: Git,
  store: ObjectStore,
  options: ObjectReaderOptions,
): ObjectReader {
  const modern = atLeast(git.version, 2, 36);
  const both = modern ? new Pipe(git, store, '--batch-command', options) : null;
  const contents = both ?? new Pipe(git, store, '--batch', options);
  const infos = both ?? new Pipe(git, store, '--batch-check', options);

  const ask = (pipe: Pipe, command: Request['command'], name: string): Promise<BatchAnswer> => {
    // A line is a request: a name with a line end would be two.
    if (name === '' || /[\n\r\0 ]/.test(name)) return Promise.resolve({ kind: 'missing' });
    return pipe.ask(command, name);
  };

  return {
    async info(name) {
      const answer = await ask(infos, 'info', name);
      return answer.kind === 'missing' ? null : answer.info;
    },
    async content(oid) {
      const answer = await ask(contents, 'contents', oid);
      if (answer.kind === 'missing') return null;
      return { info: answer.info, bytes: answer.bytes };
    },
    async close() {
      await Promise.all(both === null ? [contents.close(), infos.close()] : [both.close()]);
    },
  };
}

class Pipe {
  readonly #git: Git;
  readonly #store: ObjectStore;
  readonly #mode: '--batch-command' | '--batch' | '--batch-check';
  readonly #options: ObjectReaderOptions;
  #waiting: Request[] = [];
  #sent: Request[] = [];
  /** After a process died: one request at a time, so that the one that kills it is known. */
  #careful = 0;
  #process: Running | null = null;
  #scheduled = false;
  /** When something was asked last, as a number that grows with each time. */
  #asked = 0;
  #resting: AbortController | null = null;

  constructor(
    git: Git,
    store: ObjectStore,
    mode: '--batch-command' | '--batch' | '--batch-check',
    options: ObjectReaderOptions,
  ) {
    this.#git = git;
    this.#store = store;
    this.#mode = mode;
    this.#options = options;
  }

  ask(command: Request['command'], name: string): Promise<BatchAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, name, resolve, reject });
      this.#schedule();
    });
  }

  async close(): Promise<void> {
    this.#resting?.abort(notNeeded);
    const running = this.#process;
    this.#process = null;
    const unanswered = [...this.#sent, ...this.#waiting];
    this.#sent = [];
    this.#waiting = [];
    for (const request of unanswered) {
      request.reject(cancelled({ message: 'the repository was closed while it was read' }));
    }
    if (running === null) return;
    running.child.stdin.end();
    signalGroup(running.child, 'SIGTERM');
    await running.ended;
  }

  /** Requests of one turn of the event loop are written at once: one answer leads to many of them, promise by promise. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    const room = (this.#careful > 0 ? 1 : window) - this.#sent.length;
    const batch = this.#waiting.splice(0, Math.max(0, room));
    if (batch.length === 0) return;
    this.#asked += 1;
    try {
      this.#process ??= this.#start();
    } catch (error) {
      const message = `cannot read objects: ${error instanceof Error ? error.message : String(error)}`;
      const failure = tooManyFiles({ message, resource: this.#store.repository });
      for (const request of batch) request.reject(failure);
      return;
    }
    const { child } = this.#process;
    if (this.#sent.length === 0) keepAlive(child, true);
    this.#sent.push(...batch);
    const lines = batch.map((request) =>
      this.#mode === '--batch-command'
        ? `${request.command} ${request.name}\n`
        : `${request.name}\n`,
    );
    child.stdin.write(lines.join(''));
  }

  #start(): Running {
    const child = this.#git.start({
      arguments: ['cat-file', this.#mode],
      repository: this.#store.repository,
      variables: this.#store.variables,
    });
    const stderr = tail(child.stderr);
    const parser = new BatchParser({
      next: () => this.#sent[0]?.command ?? null,
      answer: (answer) => {
        const request = this.#sent.shift();
        if (this.#careful > 0) this.#careful -= 1;
        request?.resolve(answer);
        if (this.#sent.length === 0) {
          keepAlive(child, false);
          void this.#rest();
        }
        this.#schedule();
      },
    });
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => parser.push(chunk));
    const ended = new Promise<void>((resolve) => {
      let over = false;
      const end = (why: string): void => {
        if (over) return;
        over = true;
        resolve();
        if (this.#process?.child === child) this.#died(why);
      };
      child.once('error', (error) => end(error.message));
      child.once('close', (code, signal) => end(stderr().trim() || `ended with ${signal ?? code}`));
    });
    return { child, ended };
  }

  /** Lets the process end once nothing was asked of it for a while. */
  async #rest(): Promise<void> {
    if (this.#resting !== null) return;
    const { clock, idleMs = 15_000 } = this.#options;
    const resting = new AbortController();
    this.#resting = resting;
    let before: number;
    do {
      before = this.#asked;
      await clock.sleep(idleMs, resting.signal);
    } while (!resting.signal.aborted && this.#asked !== before);
    this.#resting = null;
    if (resting.signal.aborted || this.#sent.length > 0) return;
    const running = this.#process;
    this.#process = null;
    running?.child.stdin.end();
  }

  /** What was not answered is asked again, one by one; a request that was alone when its process died is the cause. */
  #died(why: string): void {
    this.#process = null;
    const unanswered = this.#sent;
    this.#sent = [];
    if (this.#careful > 0 && unanswered.length === 1) {
      this.#careful -= 1;
      this.#options.onDamage?.();
      const message = `cannot read object ${unanswered[0]?.name}: ${why}`;
      unanswered[0]?.reject(corrupt({ message, resource: this.#store.repository }));
    } else {
      this.#waiting.unshift(...unanswered);
      this.#careful = Math.max(unanswered.length, 1);
    }
    this.#schedule();
  }
}

/** Whether the event loop waits for this process: while something is asked of it, and not when it is idle. */
function keepAlive(child: ReturnType<Git['start']>, wanted: boolean): void {
  // Pipes of a child process are sockets; their declared type does not say so.
  for (const handle of [
    child,
    child.stdin,
    child.stdout,
    child.stderr,
  ] as unknown as NodeJS.RefCounted[]) {
    if (wanted) handle.ref();
    else handle.unref();
  }
}
