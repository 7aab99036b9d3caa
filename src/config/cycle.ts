/**
 * The circles of a directed graph: each strongly connected group of more than one node, or of one that points to
 * itself, given as one closed walk in the order of its edges (`a → b → a` as `[a, b, a]`), from its first name in
 * the alphabet. Iterative: configurations decide the depth.
 */
export function findCycles(
  edges: ReadonlyMap<string, readonly string[]>,
): readonly (readonly string[])[] {
  return components(edges)
    .map((group) => closedWalk(edges, group))
    .filter((walk) => walk !== null);
}

/** Tarjan's algorithm with its own stack. */
function components(edges: ReadonlyMap<string, readonly string[]>): readonly ReadonlySet<string>[] {
  const found: Set<string>[] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const lower = (node: string, value: number): void => {
    low.set(node, Math.min(low.get(node) ?? value, value));
  };
  for (const root of [...edges.keys()].toSorted()) {
    if (index.has(root)) continue;
    const work: { node: string; next: number }[] = [{ node: root, next: 0 }];
    while (work.length > 0) {
      const frame = work.at(-1);
      if (frame === undefined) break;
      const { node } = frame;
      if (!index.has(node)) {
        index.set(node, index.size);
        lower(node, index.size - 1);
        stack.push(node);
        onStack.add(node);
      }
      const target = edges.get(node)?.[frame.next++];
      if (target !== undefined) {
        if (!edges.has(target)) continue;
        if (!index.has(target)) work.push({ node: target, next: 0 });
        else if (onStack.has(target)) lower(node, index.get(target) ?? 0);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) lower(parent.node, low.get(node) ?? 0);
      if (low.get(node) === index.get(node)) found.push(popUntil(stack, onStack, node));
    }
  }
  return found;
}

function popUntil(stack: string[], onStack: Set<string>, last: string): Set<string> {
  const group = new Set<string>();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    onStack.delete(node);
    group.add(node);
    if (node === last) break;
  }
  return group;
}

/** The shortest way from a group's first node back to itself; `null` when there is none. */
function closedWalk(
  edges: ReadonlyMap<string, readonly string[]>,
  group: ReadonlySet<string>,
): readonly string[] | null {
  const start = [...group].toSorted()[0] ?? '';
  const from = new Map<string, string>();
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const next of edges.get(node) ?? []) {
      if (next === start) {
        const walk = [start];
        for (let step = node; step !== start; step = from.get(step) ?? start) walk.unshift(step);
        return [start, ...walk];
      }
      if (!group.has(next) || from.has(next)) continue;
      from.set(next, node);
      queue.push(next);
    }
  }
  return null;
}
