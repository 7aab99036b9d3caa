interface Queue<Item> extends AsyncIterable<Item> {
  readonly push: (item: Item) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

/** Hands on what is pushed to the one who iterates, in order; what came before the end is given out first. */
export function queue<Item>(): Queue<Item> {
  let items: Item[] = [];
  let wake = (): void => {};
  let isOver = false;
  let failure: { readonly error: unknown } | null = null;
  const over = (): void => {
    isOver = true;
    wake();
  };
  return {
    push: (item) => {
      items.push(item);
      wake();
    },
    end: over,
    fail: (error) => {
      failure ??= { error };
      over();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const ready = items;
        items = [];
        yield* ready;
        if (items.length > 0) continue;
        if (failure !== null) throw failure.error;
        if (isOver) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
