/**
 * What `work` gives for each item, in their order; up to `most` are under way at the same time. The first that fails
 * ends it, whatever becomes of those behind it.
 */
export async function* workAhead<Item, Value>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Value>,
): AsyncGenerator<Value> {
  const underWay: Promise<Value>[] = [];
  for (let next = 0; next < items.length || underWay.length > 0;) {
    while (underWay.length < most && next < items.length) {
      const value = work(items[next++] as Item);
      // Nobody waits for it once one before it has failed.
      value.catch(() => {});
      underWay.push(value);
    }
    const first = underWay.shift();
    if (first !== undefined) yield await first;
  }
}
