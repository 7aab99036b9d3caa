import type { Config } from '../model/config.ts';
import type { Origin } from '../model/resource.ts';

type Declared = Pick<Config, 'environments' | 'applications'>;

/** A configuration never changes, and whoever asks how everything is asks for its order. */
const known = new WeakMap<Declared, readonly string[]>();

/**
 * The environments in the order in which a change reaches them: as applications list theirs (`[dev, qa, prod]`), and
 * where that says nothing or contradicts itself, as they are declared.
 */
export function environmentOrder(config: Declared): readonly string[] {
  const order = known.get(config) ?? findOrder(config);
  known.set(config, order);
  return order;
}

function findOrder({ environments, applications }: Declared): readonly string[] {
  const declared = inFileOrder([...environments.values()]);
  const before = new Map(declared.map(({ name }) => [name, new Set<string>()]));
  for (const { environments: listed } of applications.values()) {
    for (const [at, name] of listed.entries()) {
      const earlier = listed[at - 1];
      if (earlier !== undefined && before.has(earlier)) before.get(name)?.add(earlier);
    }
  }
  const ordered = new Set<string>();
  while (ordered.size < before.size) {
    const left = [...before].filter(([name]) => !ordered.has(name));
    const free = left.find(([, earlier]) => earlier.isSubsetOf(ordered)) ?? left[0];
    if (free !== undefined) ordered.add(free[0]);
  }
  return [...ordered];
}

/** As they stand in the files of the configuration, file by file. */
export function inFileOrder<T extends { readonly origin: Origin }>(
  declared: readonly T[],
): readonly T[] {
  return declared.toSorted(
    ({ origin: left }, { origin: right }) =>
      compare(left.file, right.file) || (left.line ?? 0) - (right.line ?? 0),
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
