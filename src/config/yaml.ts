import { LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node } from 'yaml';
import type { Finding, Position } from './problem.ts';
import { aliasBomb, duplicateKey, tooDeep, tooLarge, yamlSyntax } from './errors.ts';

/** Largest configuration file, in bytes. */
export const maxConfigBytes = 1024 * 1024;
/** Most documents in one file. */
export const maxConfigDocuments = 10_000;
/** Most nodes of one document once its aliases are expanded. */
const maxNodes = 100_000;
const maxDepth = 50;
/** A file that is not YAML at all gives one error a line; the first ones say enough. */
const maxSyntaxErrors = 20;

/** One YAML document of a file, with the places of its fields. */
export interface YamlDocument {
  /** Plain data; `undefined` when it could not be made because of `findings`. */
  readonly value: unknown;
  /** What is wrong in this document alone; the file's other documents are sound. */
  readonly findings: readonly LocatedFinding[];
  readonly start: Position;
  /** Where a field stands, or its nearest parent that is there. */
  locate(path: readonly (string | number)[], atKey?: boolean): Position;
}

export type LocatedFinding = Finding & { readonly position: Position };

export type YamlFile =
  | { readonly ok: true; readonly documents: readonly YamlDocument[] }
  /** The file as a whole cannot be trusted: broken syntax may have swallowed the documents behind it. */
  | { readonly ok: false; readonly findings: readonly LocatedFinding[] };

/**
 * Reads a configuration file: YAML 1.2 with merge keys, several documents. Bounded in bytes, documents, depth and
 * alias expansion. Empty documents are left out.
 */
export function parseYaml(text: string): YamlFile {
  const begin: Position = { line: 1, column: 1 };
  const refuse = (definition: Finding['definition'], message: string): YamlFile => ({
    ok: false,
    findings: [{ definition, path: [], message, position: begin }],
  });
  if (Buffer.byteLength(text) > maxConfigBytes) {
    return refuse(
      tooLarge,
      `the file has ${Buffer.byteLength(text)} bytes; the limit is ${maxConfigBytes}`,
    );
  }
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents = [
    ...parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      merge: true,
      logLevel: 'error',
    }),
  ];
  if (documents.length > maxConfigDocuments) {
    return refuse(
      tooLarge,
      `the file has ${documents.length} documents; the limit is ${maxConfigDocuments}`,
    );
  }
  const broken: LocatedFinding[] = documents
    .flatMap((document) => document.errors)
    .filter((error) => error.code !== 'DUPLICATE_KEY')
    .slice(0, maxSyntaxErrors)
    .map((error) => ({
      definition: yamlSyntax,
      path: [],
      message: error.message,
      position: position(error.pos[0]),
    }));
  if (broken.length > 0) return { ok: false, findings: broken };
  return {
    ok: true,
    documents: documents
      .filter(
        ({ contents }) => contents !== null && !(isScalar(contents) && contents.value === null),
      )
      .map((document) => readDocument(document, position)),
  };
}

function readDocument(document: Document, position: (offset: number) => Position): YamlDocument {
  const at = (node: unknown): Position => {
    const range = (node as Node | null)?.range;
    return position(range?.[0] ?? 0);
  };
  const findings: LocatedFinding[] = document.errors.map((error) => ({
    definition: duplicateKey,
    path: [],
    message: 'the field is given twice',
    position: position(error.pos[0]),
  }));
  const unsafe = measure(document);
  if (unsafe !== null) {
    const { definition, message } = unsafe;
    findings.push({ definition, path: [], message, position: at(unsafe.node) });
  }
  return {
    // Duplicate keys still give data (the last one counts), enough to tell which document it is.
    value: unsafe === null ? document.toJS({ maxAliasCount: -1 }) : undefined,
    findings,
    start: at(document.contents),
    locate: (path, atKey = false) => at(find(document, path, atKey)),
  };
}

type Unsafe = Pick<Finding, 'definition' | 'message'> & { readonly node: unknown };

/** How large a node is once its aliases are expanded. */
interface Extent {
  readonly nodes: number;
  readonly levels: number;
}

/** Why a document must not be turned into data: bombs, circles, depth, aliases to nothing. `null` when it may be. */
function measure(document: Document): Unsafe | null {
  const known = new Map<unknown, Extent>();
  const open = new Set<unknown>();
  const nothing: Extent = { nodes: 0, levels: 0 };
  let unsafe: Unsafe | null = null;
  const stop = (definition: Finding['definition'], message: string, node: unknown): Extent => {
    unsafe ??= { definition, message, node };
    return nothing;
  };
  const children = (node: unknown): readonly unknown[] => {
    if (isSeq(node)) return node.items;
    if (isMap(node)) return node.items.flatMap(({ key, value }) => [key, value]);
    return [];
  };
  const extent = (node: unknown): Extent => {
    if (unsafe !== null || node === null) return nothing;
    const before = known.get(node);
    if (before !== undefined) return before;
    if (open.has(node)) return stop(aliasBomb, 'the alias refers to what it stands in', node);
    open.add(node);
    let nodes = 1;
    let levels = 0;
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) {
        return stop(yamlSyntax, `there is no anchor &${node.source} before this alias`, node);
      }
      ({ nodes, levels } = extent(target));
    } else {
      for (const child of children(node)) {
        const inner = extent(child);
        nodes += inner.nodes;
        levels = Math.max(levels, inner.levels + 1);
      }
    }
    open.delete(node);
    if (nodes > maxNodes) return stop(aliasBomb, `expands to more than ${maxNodes} values`, node);
    if (levels > maxDepth) return stop(tooDeep, `nested more than ${maxDepth} levels deep`, node);
    known.set(node, { nodes, levels });
    return { nodes, levels };
  };
  extent(document.contents);
  return unsafe;
}

/** The node at a path, or the nearest parent that there is. */
function find(document: Document, path: readonly (string | number)[], atKey: boolean): unknown {
  let node: unknown = document.contents;
  let nearest = node;
  for (const [index, part] of path.entries()) {
    while (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    let key: unknown;
    if (isSeq(node) && typeof part === 'number') next = node.items[part];
    else if (isMap(node)) {
      const pair = node.items.find(
        (item) => String(isScalar(item.key) ? item.key.value : item.key) === String(part),
      );
      next = pair?.value;
      key = pair?.key;
    }
    if (atKey && index === path.length - 1 && key !== undefined) return key;
    // A key with nothing behind it has no node of its own.
    if (next === undefined || next === null) return key ?? nearest;
    node = next;
    nearest = next;
  }
  return nearest;
}
