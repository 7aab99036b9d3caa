import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import { aliasBomb, duplicateKey, tooDeep, yamlSyntax } from './errors.ts';
import type { Finding } from './problem.ts';

/** Most values of one document once its aliases are expanded. */
const maxValues = 100_000;
const maxLevels = 50;

/** Something wrong at a node. */
type NodeFinding = Pick<Finding, 'definition' | 'message'> & { readonly node: unknown };

/** A document as plain data. */
export interface YamlValue {
  /** `undefined` when it must not be made: a bomb, a circle, an alias to nothing. */
  readonly value: unknown;
  readonly findings: readonly NodeFinding[];
  /** The node at a path, or its nearest parent that is there; `atKey` gives the node of the field's name. */
  readonly find: (path: readonly (string | number)[], atKey: boolean) => unknown;
}

interface Made {
  readonly value: unknown;
  /** Number of values and levels once aliases are expanded. */
  readonly values: number;
  readonly levels: number;
}

/** Ends the conversion: what is found must not be turned into data. */
class Unsafe extends Error {
  readonly finding: NodeFinding;

  constructor(definition: Finding['definition'], message: string, node: unknown) {
    super(message);
    this.finding = { definition, message, node };
  }
}

/**
 * Turns a parsed document into data in one pass over its nodes. The library's own conversion and its test for
 * repeated keys take time that grows with the square of the input (32 s for 800 KB of keys), so a small file could
 * stop the controller.
 */
export function toValue(root: unknown): YamlValue {
  const anchors = new Map<string, Node>();
  const made = new Map<unknown, Made>();
  const aliases = new Map<unknown, unknown>();
  const members = new Map<unknown, ReadonlyMap<string, Member>>();
  const open = new Set<unknown>();
  const findings: NodeFinding[] = [];

  const make = (node: unknown): Made => {
    if (node === null || node === undefined) return { value: null, values: 1, levels: 0 };
    const before = made.get(node);
    if (before !== undefined) return before;
    if (open.has(node)) throw new Unsafe(aliasBomb, 'the alias refers to what it stands in', node);
    open.add(node);
    const result = makeNew(node as Node);
    open.delete(node);
    if (result.values > maxValues) {
      throw new Unsafe(aliasBomb, `expands to more than ${maxValues} values`, node);
    }
    if (result.levels > maxLevels) {
      throw new Unsafe(tooDeep, `nested more than ${maxLevels} levels deep`, node);
    }
    made.set(node, result);
    return result;
  };

  const makeNew = (node: Node): Made => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) {
        throw new Unsafe(yamlSyntax, `there is no anchor &${node.source} before this alias`, node);
      }
      aliases.set(node, target);
      return make(target);
    }
    if ((isScalar(node) || isSeq(node) || isMap(node)) && node.anchor !== undefined) {
      anchors.set(node.anchor, node);
    }
    if (isSeq(node)) return gather(node.items.map(make), (values) => values);
    if (isMap(node)) {
      const own = membersOf(node.items, findings);
      members.set(node, own);
      return gather(
        [...own.values()].map(({ value }) => make(value)),
        (values) => Object.fromEntries([...own.keys()].map((key, at) => [key, values[at]])),
      );
    }
    return { value: isScalar(node) ? node.value : null, values: 1, levels: 0 };
  };

  const find = (path: readonly (string | number)[], atKey: boolean): unknown => {
    let node = root;
    let nearest = root;
    for (const [index, part] of path.entries()) {
      while (isAlias(node)) node = aliases.get(node);
      const member = members.get(node)?.get(String(part));
      const next: unknown = isSeq(node) ? node.items[Number(part)] : member?.value;
      if (atKey && index === path.length - 1 && member !== undefined) return member.key;
      // A name with nothing behind it has no node for its value.
      if (next === undefined || next === null) return member?.key ?? nearest;
      node = next;
      nearest = next;
    }
    return nearest;
  };

  try {
    const { value } = make(root);
    return { value, findings, find };
  } catch (error) {
    if (!(error instanceof Unsafe)) throw error;
    return { value: undefined, findings: [...findings, error.finding], find };
  }
}

interface Member {
  readonly key: unknown;
  readonly value: unknown;
}

function membersOf(
  items: readonly { readonly key: unknown; readonly value: unknown }[],
  findings: NodeFinding[],
): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  for (const { key, value } of items) {
    if (!isScalar(key)) throw new Unsafe(yamlSyntax, 'the name of a field must be plain text', key);
    const name = String(key.value);
    if (members.has(name)) {
      findings.push({ definition: duplicateKey, message: `"${name}" is given twice`, node: key });
    }
    members.set(name, { key, value });
  }
  return members;
}

function gather(inner: readonly Made[], build: (values: readonly unknown[]) => unknown): Made {
  return {
    value: build(inner.map(({ value }) => value)),
    values: inner.reduce((sum, { values }) => sum + values, 1),
    levels: inner.reduce((most, { levels }) => Math.max(most, levels + 1), 1),
  };
}
