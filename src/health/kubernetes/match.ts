/** What a rule is for: a group (or all that end like it) and a kind (or all). */
interface KindPattern {
  readonly group: string;
  readonly kind: string;
}

/**
 * Finds what is meant for a kind: that of its group and kind, else that of its whole group, else that of all groups that
 * end like its own. Of two that mean the same the first counts.
 */
export function matcherOf<Item extends KindPattern>(
  items: readonly Item[],
): (group: string, kind: string) => Item | null {
  const exact = new Map(items.toReversed().map((item) => [`${item.group}/${item.kind}`, item]));
  const wild = items.filter(({ group }) => group.startsWith('*.'));
  const isLike = (item: Item, group: string): boolean => group.endsWith(item.group.slice(1));
  return (group, kind) =>
    exact.get(`${group}/${kind}`) ??
    exact.get(`${group}/*`) ??
    wild.find((item) => isLike(item, group) && item.kind === kind) ??
    wild.find((item) => isLike(item, group) && item.kind === '*') ??
    null;
}
