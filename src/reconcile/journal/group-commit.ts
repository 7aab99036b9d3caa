import type { Transaction } from '../../store/store.ts';
import type { Clock } from '../../system/clock.ts';

/** What one writer does in a transaction that it may share with others. */
export type WriteBody = (transaction: Transaction) => Promise<void>;

/**
 * Least time between two transactions. Who writes after a pause does not wait; who writes while many others do shares
 * their next transaction, because beginning and ending one costs more than what stands in it.
 */
const gatherMs = 8;

interface Waiting {
  readonly body: WriteBody;
  readonly resolve: () => void;
  readonly reject: (thrown: unknown) => void;
}

/** Lets writers that come at the same time share a transaction, in the order in which they came. */
export class GroupCommit {
  readonly #clock: Clock;
  readonly #commit: (bodies: readonly WriteBody[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #working = false;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** @param commit carries out the bodies in one transaction, all or none. */
  constructor(clock: Clock, commit: (bodies: readonly WriteBody[]) => Promise<void>) {
    this.#clock = clock;
    this.#commit = commit;
  }

  /** Resolves when the body is carried out and committed. A body that is given several times at once runs once. */
  write(body: WriteBody): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ body, resolve, reject });
      if (!this.#working) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#waiting.length > 0) {
      const restMs = this.#lastMs + gatherMs - this.#clock.monotonicMs();
      if (restMs > 0) await this.#clock.sleep(restMs);
      const group = Map.groupBy(this.#waiting.splice(0), ({ body }) => body);
      await this.#commitAll(group);
      this.#lastMs = this.#clock.monotonicMs();
    }
    this.#working = false;
  }

  async #commitAll(group: ReadonlyMap<WriteBody, readonly Waiting[]>): Promise<void> {
    try {
      await this.#commit([...group.keys()]);
      for (const waiting of group.values()) for (const { resolve } of waiting) resolve();
    } catch (thrown) {
      if (group.size === 1) {
        for (const waiting of group.values()) for (const { reject } of waiting) reject(thrown);
        return;
      }
      // One of them may be the cause, and must not be the others' problem.
      for (const [body, waiting] of group) await this.#commitAll(new Map([[body, waiting]]));
    }
  }
}
