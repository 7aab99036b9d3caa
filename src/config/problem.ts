import type { ErrorFactory } from '../model/error.ts';
import type { Config } from '../model/config.ts';

/** The kinds of documents that a configuration is made of. */
export type ConfigKind = 'Source' | 'Target' | 'Environment' | 'Application' | 'Project';

/** Where each kind stands in `Config`. */
export const collectionOf = {
  Source: 'sources',
  Target: 'targets',
  Environment: 'environments',
  Application: 'applications',
  Project: 'projects',
} as const satisfies Record<ConfigKind, keyof Config>;

/** Whether there is such a kind of document. */
export function isConfigKind(kind: string): kind is ConfigKind {
  return Object.hasOwn(collectionOf, kind);
}

/** One document, as far as it could be told. `kind` may be one that does not exist. */
export interface DocumentName {
  readonly kind: string;
  readonly name: string;
}

/** One thing that is wrong in one configuration file. */
export interface ConfigProblem {
  /** A document with an error keeps its last good version; a warning changes nothing. */
  readonly severity: 'error' | 'warning';
  /** Code of the definition in `errors.ts`: `config.unknown-field` … */
  readonly code: string;
  readonly file: string;
  /** From 1. A problem of the whole file stands at 1:1. */
  readonly line: number;
  readonly column: number;
  /** The field with dots and brackets: `spec.environments[0]`; empty for the whole document. */
  readonly path: string;
  /** One sentence. */
  readonly message: string;
  /** What stands there, in short and without credentials. */
  readonly found: string | null;
  /** What may stand there. */
  readonly allowed: string | null;
  /** The nearest thing that is allowed: "did you mean …?" */
  readonly suggestion: string | null;
  /** What the operator should do. */
  readonly hint: string;
  readonly document: DocumentName | null;
  /** What `kind` says, also where there is no name; `null` where it cannot be told, empty where it is no document of ours. */
  readonly documentKind: string | null;
}

/** What a check finds, before it is known where in the file that stands. */
export interface Finding {
  readonly definition: ErrorFactory;
  readonly severity?: 'error' | 'warning';
  readonly path: readonly (string | number)[];
  /** Point at the field's name rather than at its value. */
  readonly atKey?: boolean;
  readonly message: string;
  readonly found?: string | null;
  readonly allowed?: string | null;
  readonly suggestion?: string | null;
}

/** Where a file is looked into; lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A mistake as people are shown it: with file, line, document and what may stand there. */
export function toProblem(
  finding: Finding,
  file: string,
  position: Position,
  document: DocumentName | null,
  documentKind: string | null = document?.kind ?? null,
): ConfigProblem {
  return {
    severity: finding.severity ?? 'error',
    code: finding.definition.definition.code,
    file,
    line: position.line,
    column: position.column,
    path: showPath(finding.path),
    message: finding.message,
    found: finding.found ?? null,
    allowed: finding.allowed ?? null,
    suggestion: finding.suggestion ?? null,
    hint: finding.definition.definition.hint,
    document,
    documentKind,
  };
}

/** `['spec', 'environments', 0]` as `spec.environments[0]`. */
export function showPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** In the order of reading: by file, line, column. */
export function compareProblems(left: ConfigProblem, right: ConfigProblem): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line || left.column - right.column;
}
