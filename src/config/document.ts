import type { SyncPolicy } from '../model/config.ts';
import { apiVersion } from './kinds/kind.ts';
import type { ConfigEntry, Kind } from './kinds/kind.ts';
import { unknownKind, unknownVersion } from './errors.ts';
import { show, toFindings } from './issues.ts';
import type { DocumentName, Finding, Position } from './problem.ts';
import { suggest } from './suggest.ts';
import type { YamlDocument } from './yaml.ts';

/** One document of a file, checked in itself. */
export interface CheckedDocument {
  readonly file: string;
  readonly document: YamlDocument;
  /** Which document it is, also when it is wrong; `null` when that cannot be told. */
  readonly name: DocumentName | null;
  /** As `ConfigProblem.documentKind`. */
  readonly kind: string | null;
  /** `null` when it is not valid. */
  readonly entry: ConfigEntry | null;
  readonly findings: readonly (Finding & { readonly position: Position })[];
}

/** Checks one document against its kind; every problem in it is named. */
export function checkDocument(
  kinds: readonly Kind[],
  file: string,
  document: YamlDocument,
): CheckedDocument {
  const { value } = document;
  const name = nameOf(value);
  const saidKind = kindSaid(value);
  const locate = (finding: Finding): Finding & { readonly position: Position } => ({
    ...finding,
    position: document.locate(finding.path, finding.atKey),
  });
  const refuse = (findings: readonly Finding[]): CheckedDocument => ({
    file,
    document,
    name,
    kind: saidKind,
    entry: null,
    findings: [...document.findings, ...findings.map(locate)],
  });
  if (value === undefined) return refuse([]);
  const kind = kindOf(kinds, value);
  if ('definition' in kind) return refuse([kind]);
  const read = kind.read(value, { file, line: document.start.line });
  if (!read.ok) return refuse(toFindings(kind, value, read.issues));
  if (document.findings.length > 0) return refuse([]);
  const entry = withPathLine(read.entry, document.pathLine);
  return { file, document, name, kind: saidKind, entry, findings: [] };
}

function withPathLine(entry: ConfigEntry, pathLine: number): ConfigEntry {
  return entry.kind === 'Application' ? { ...entry, value: { ...entry.value, pathLine } } : entry;
}

function field(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Record<string, unknown>)[name] : undefined;
}

/** `null` where it cannot be told; empty for a mapping that has nothing of a document of ours. */
function kindSaid(value: unknown): string | null {
  const said = field(value, 'kind');
  if (typeof said === 'string') return said;
  const isOurs = ['kind', 'metadata', 'spec'].some((name) => field(value, name) !== undefined);
  return value === undefined || isOurs ? null : '';
}

const syncPolicies: readonly unknown[] = ['auto', 'approve', 'manual'] satisfies SyncPolicy[];

/** What a document says of when something goes live, whatever else is wrong with it; `null`: nothing that can be read. */
export function syncSaid(value: unknown): SyncPolicy | null {
  const said = field(field(value, 'spec'), 'sync');
  return syncPolicies.includes(said) ? (said as SyncPolicy) : null;
}

function nameOf(value: unknown): DocumentName | null {
  const kind = field(value, 'kind');
  const name = field(field(value, 'metadata'), 'name');
  return typeof kind === 'string' && typeof name === 'string' ? { kind, name } : null;
}

/** The document's kind, or why there is none. */
function kindOf(kinds: readonly Kind[], value: unknown): Kind | Finding {
  const names = kinds.map(({ kind }) => kind);
  const version = field(value, 'apiVersion');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      definition: unknownKind,
      path: [],
      message: 'this is not a Fairlead document',
      found: show(value),
      allowed: 'a mapping with apiVersion, kind, metadata and spec',
    };
  }
  if (version !== apiVersion) {
    const foreign = typeof version === 'string' && !version.startsWith('fairlead.dev/');
    return {
      definition: unknownVersion,
      path: ['apiVersion'],
      message:
        version === undefined
          ? 'apiVersion is missing'
          : foreign
            ? 'this is not a Fairlead document; resources belong into the folder of an application'
            : 'this version of the format is not known',
      found: version === undefined ? null : show(version),
      allowed: apiVersion,
      suggestion: typeof version === 'string' ? suggest(version, [apiVersion]) : null,
    };
  }
  const kind = field(value, 'kind');
  const known = kinds.find((one) => one.kind === kind);
  if (known !== undefined) return known;
  return {
    definition: unknownKind,
    path: ['kind'],
    message: kind === undefined ? 'kind is missing' : `there is no kind ${show(kind)}`,
    found: kind === undefined ? null : show(kind),
    allowed: names.join(', '),
    suggestion: typeof kind === 'string' ? suggest(kind, names) : null,
  };
}
