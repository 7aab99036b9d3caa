import { LineCounter, isScalar, parseAllDocuments } from 'yaml';
import type { Document, Node, YAMLError } from 'yaml';
import { tooLarge, yamlSyntax } from './errors.ts';
import type { Finding, Position } from './problem.ts';
import { toValue } from './yaml-value.ts';
import type { YamlValue } from './yaml-value.ts';

/** Largest configuration file, in bytes. */
export const maxConfigBytes = 1024 * 1024;
/** Most documents in one file. */
const maxDocuments = 10_000;
/** A file that is not YAML at all gives one error a line; the first ones say enough. */
const maxSyntaxErrors = 20;

const options = { prettyErrors: false, uniqueKeys: false } as const;

/** One YAML document of a file, with the places of its fields. */
export interface YamlDocument {
  /** Plain data; `undefined` when it could not be made because of `findings`. */
  readonly value: unknown;
  /** What is wrong in this document alone; the file's other documents are sound. */
  readonly findings: readonly LocatedFinding[];
  readonly start: Position;
  /**
   * Line of `spec.path` or its nearest parent: the field that is found to be wrong only when it is rendered, when the text is
   * no longer at hand.
   */
  readonly pathLine: number;
  /** Where a field stands, or its nearest parent that is there; `atKey` for its name instead of its value. */
  locate(path: readonly (string | number)[], atKey?: boolean): Position;
}

/** A mistake with its place. */
type LocatedFinding = Finding & { readonly position: Position };

/** A file taken apart into documents, or why it cannot be. */
export type YamlFile =
  | { readonly ok: true; readonly documents: readonly YamlDocument[] }
  /** The file as a whole cannot be trusted: broken syntax may have swallowed the documents behind it. */
  | { readonly ok: false; readonly findings: readonly LocatedFinding[] };

/**
 * Reads a configuration file: YAML 1.2 (core schema), several documents. Bounded in bytes, documents, depth and
 * alias expansion. Empty documents are left out.
 */
export function parseYaml(text: string): YamlFile {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxConfigBytes) {
    return refuse(tooLarge, `the file has ${bytes} bytes; the limit is ${maxConfigBytes}`);
  }
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents = [...parseAllDocuments(text, { ...options, lineCounter: lines })];
  if (documents.length > maxDocuments) {
    return refuse(
      tooLarge,
      `the file has ${documents.length} documents; the limit is ${maxDocuments}`,
    );
  }
  const lineOf = (error: YAMLError): number => position(error.pos[0]).line;
  const broken = documents
    .flatMap(({ errors }) => firstOfEachLine(withoutEchoes(errors, text), lineOf))
    .slice(0, maxSyntaxErrors);
  if (broken.length > 0) {
    return {
      ok: false,
      findings: broken.map(({ message, pos }) => ({
        definition: yamlSyntax,
        path: [],
        message: placeholder.test(text.slice(pos[0])) ? unquoted : message,
        position: position(pos[0]),
      })),
    };
  }
  const findAgain = createFinder(text);
  return {
    ok: true,
    documents: documents
      .filter(holdsSomething)
      .map((document, index) =>
        readDocument(document, position, (path, atKey) => findAgain(index, path, atKey)),
      ),
  };
}

/** A bracket that is not closed leaves those around it open, too: only the first of such a row is told. */
function withoutEchoes(errors: readonly YAMLError[], text: string): readonly YAMLError[] {
  return errors.filter(({ code, pos }, at) => {
    const before = errors[at - 1];
    if (before === undefined || !unclosed.has(code) || !unclosed.has(before.code)) return true;
    return text.slice(before.pos[1], pos[0]).trim() !== '';
  });
}

/** What comes after a mistake on its line mostly comes of it. */
function firstOfEachLine(
  errors: readonly YAMLError[],
  lineOf: (error: YAMLError) => number,
): readonly YAMLError[] {
  return errors.filter((error, at) => {
    const before = errors[at - 1];
    return before === undefined || lineOf(before) !== lineOf(error);
  });
}

/** `path: apps/{environment}` in braces: what is meant is plain, and what the parser says of it is not. */
const placeholder = /^\{(?:environment|application)\}/;
const unquoted =
  'inside of {…} a value that holds a placeholder has to stand in quotes, as in "apps/{environment}"';

const unclosed: ReadonlySet<string> = new Set(['BAD_INDENT', 'MISSING_CHAR']);

type Find = YamlValue['find'];

/**
 * Looks for the node of a field where somebody asks for it, which is where something is wrong: then the text is parsed
 * once more. The nodes of a file take some fifty times as much memory as the file.
 */
function createFinder(text: string): (index: number, ...field: Parameters<Find>) => unknown {
  let finds: readonly Find[] | null = null;
  return (index, path, atKey) => {
    finds ??= [...parseAllDocuments(text, options)]
      .filter(holdsSomething)
      .map(({ contents }) => toValue(contents).find);
    return finds[index]?.(path, atKey);
  };
}

function holdsSomething({ contents }: Document): boolean {
  return !(contents === null || isNothing(contents));
}

function refuse(definition: Finding['definition'], message: string): YamlFile {
  const position = { line: 1, column: 1 };
  return { ok: false, findings: [{ definition, path: [], message, position }] };
}

function isNothing(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

function readDocument(
  document: Document,
  position: (offset: number) => Position,
  find: Find,
): YamlDocument {
  const at = (node: unknown): Position => position((node as Node | null)?.range?.[0] ?? 0);
  const { value, findings, find: findNow } = toValue(document.contents);
  return {
    value,
    findings: [
      // The library only warns of tags that it does not know, and drops them.
      ...document.warnings.map(({ message, pos }) => ({
        definition: yamlSyntax,
        path: [],
        message,
        position: position(pos[0]),
      })),
      ...findings.map(({ definition, message, node }) => ({
        definition,
        path: [],
        message,
        position: at(node),
      })),
    ],
    start: at(document.contents),
    pathLine: at(findNow(['spec', 'path'], false)).line,
    locate: (path, atKey = false) => at(find(path, atKey)),
  };
}
