/** Runs actions one after the other, in the order in which they came. A failing action does not stop the next. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action, action);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything that came before has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
