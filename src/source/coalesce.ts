/**
 * Makes many callers share few runs: while one run is under way, all who ask wait for one more, which starts after it (what
 * they ask about may have changed since the first began). However many ask, at most two runs are ahead of anyone.
 * A run is aborted when everyone who waits for it has given up.
 */
export function coalesce<T>(
  action: (signal: AbortSignal) => Promise<T>,
): (signal?: AbortSignal) => Promise<T> {
  let running: Run<T> | null = null;
  let next: Run<T> | null = null;

  const start = (run: Run<T>): void => {
    running = run;
    void (async () => action(run.controller.signal))()
      .then(run.resolve, run.reject)
      .finally(() => {
        running = next;
        next = null;
        if (running !== null) start(running);
      });
  };

  return (signal) => {
    let run: Run<T>;
    if (running === null) {
      run = makeRun();
      join(run, signal);
      start(run);
    } else {
      run = next ??= makeRun();
      join(run, signal);
    }
    return run.promise;
  };
}

interface Run<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly controller: AbortController;
  waiting: number;
}

function makeRun<T>(): Run<T> {
  return { ...Promise.withResolvers<T>(), controller: new AbortController(), waiting: 0 };
}

function join<T>(run: Run<T>, signal: AbortSignal | undefined): void {
  run.waiting += 1;
  if (signal === undefined) return;
  const leave = (): void => {
    run.waiting -= 1;
    if (run.waiting === 0) run.controller.abort();
  };
  if (signal.aborted) {
    leave();
    return;
  }
  signal.addEventListener('abort', leave, { once: true });
  const forget = (): void => signal.removeEventListener('abort', leave);
  run.promise.then(forget, forget);
}
