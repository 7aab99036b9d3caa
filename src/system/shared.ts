/** Runs one task per name at a time, for everybody who asked before it began. */
type Shared = (name: string, task: () => Promise<void>) => Promise<void>;

/**
 * For tasks that do all that was asked for until they begin (fsync): who asks while one runs gets the next one, together
 * with all others who ask meanwhile. Which of their tasks is run makes no difference.
 */
export function createShared(): Shared {
  interface Turn {
    readonly running: Promise<void>;
    next: Promise<void> | null;
  }
  const turns = new Map<string, Turn>();

  const begin = (name: string, task: () => Promise<void>): Promise<void> => {
    const running = task();
    const turn: Turn = { running, next: null };
    turns.set(name, turn);
    const end = (): void => {
      if (turn.next === null) turns.delete(name);
    };
    running.then(end, end);
    return running;
  };

  return (name, task) => {
    const turn = turns.get(name);
    if (turn === undefined) return begin(name, task);
    const start = (): Promise<void> => begin(name, task);
    turn.next ??= turn.running.then(start, start);
    return turn.next;
  };
}
