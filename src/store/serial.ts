/** Runs tasks one after the other, in the order in which they were given; one that fails does not stop the next. */
type Serial = <T>(task: () => Promise<T>) => Promise<T>;

/** Runs tasks one after the other, each whatever came of the one before. */
export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}
