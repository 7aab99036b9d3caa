import { checkDocument, syncSaid } from './document.ts';
import type { CheckedDocument } from './document.ts';
import { targetDrivers } from '../targets/registry.ts';
import type { Driver } from './driver.ts';
import { emptyConfig } from '../model/config.ts';
import type { SyncPolicy } from '../model/config.ts';
import { entryKey, keyOf } from './entries.ts';
import type { EntryKey } from './entries.ts';
import { configMissing, configUnreadable, duplicateName } from './errors.ts';
import { createKinds } from './kinds/index.ts';
import type { ConfigEntry, Kind } from './kinds/kind.ts';
import type { Failed, LoadedConfig } from './loaded.ts';
import { settle } from './merge.ts';
import { compareProblems, isConfigKind, toProblem } from './problem.ts';
import type { ConfigProblem, DocumentName } from './problem.ts';
import { checkReferences } from './references.ts';
import { parseYaml } from './yaml.ts';

/** One configuration file: its text, or why it could not be read. */
export type ConfigFile =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly unreadable: string };

/** What this installation can serve. */
export interface LoadOptions {
  /** Target drivers that this installation has. Default: all that this program has. */
  readonly drivers?: readonly Driver[];
}

/** Reads all files of a configuration. Never throws for what they hold: problems are values. */
export function loadConfig(files: readonly ConfigFile[], options: LoadOptions = {}): LoadedConfig {
  const kinds = kindsFor(options.drivers ?? targetDrivers);
  const problems: ConfigProblem[] = [];
  const checked: CheckedDocument[] = [];
  for (const source of files) {
    const { file } = source;
    if ('unreadable' in source) {
      const finding = { definition: configUnreadable, path: [], message: source.unreadable };
      problems.push(toProblem(finding, file, { line: 1, column: 1 }, null));
      continue;
    }
    const parsed = parseYaml(source.text);
    if (!parsed.ok) {
      problems.push(...parsed.findings.map((one) => toProblem(one, file, one.position, null)));
      continue;
    }
    checked.push(...parsed.documents.map((document) => checkDocument(kinds, file, document)));
  }
  for (const { file, findings, name, kind } of checked) {
    problems.push(...findings.map((one) => toProblem(one, file, one.position, name, kind)));
  }
  const { sound, duplicates } = separate(checked);
  problems.push(...duplicates.flatMap(duplicateProblems));
  problems.push(...referenceProblems(sound, failures(problems)));
  if (problems.length === 0 && sound.size === 0) {
    const finding = {
      definition: configMissing,
      path: [],
      message: 'there is no Fairlead document',
    };
    problems.push(
      toProblem(finding, files[0]?.file ?? 'fairlead.yaml', { line: 1, column: 1 }, null),
    );
  }
  const entries = new Map([...sound].map(([key, { entry }]) => [key, entry]));
  const failed = failures(problems);
  return {
    config: settle(entries, new Map(), emptyConfig).config,
    entries,
    problems: problems.toSorted(compareProblems),
    failed: { ...failed, syncs: syncsOf(failed.documents, checked) },
  };
}

const kindsOf = new WeakMap<readonly Driver[], readonly Kind[]>();

/** Made once for the same drivers: schemas cost as much as some ten documents. */
function kindsFor(drivers: readonly Driver[]): readonly Kind[] {
  const kinds = kindsOf.get(drivers) ?? createKinds(drivers);
  kindsOf.set(drivers, kinds);
  return kinds;
}

type Sound = CheckedDocument & { readonly entry: ConfigEntry };

/** Valid documents by key, and those that share kind and name with another document (valid or not). */
function separate(checked: readonly CheckedDocument[]): {
  readonly sound: ReadonlyMap<EntryKey, Sound>;
  readonly duplicates: readonly (readonly CheckedDocument[])[];
} {
  const groups = Map.groupBy(
    checked.filter(({ name }) => name !== null),
    ({ name }) => (name === null ? '' : `${name.kind}/${name.name}`),
  );
  const duplicates = [...groups.values()].filter((group) => group.length > 1);
  const sound = [...groups.values()]
    .filter((group) => group.length === 1)
    .flatMap((group) => group.filter((one): one is Sound => one.entry !== null))
    .map((one) => [keyOf(one.entry), one] as const);
  return { sound: new Map(sound), duplicates };
}

function duplicateProblems(group: readonly CheckedDocument[]): readonly ConfigProblem[] {
  const path = ['metadata', 'name'];
  const places = group.map(({ file, document }) => {
    const { line } = document.locate(path);
    return `${file}:${line}`;
  });
  return group.map(({ file, document, name }, at) => {
    const others = places.filter((_, index) => index !== at).join(' and ');
    const finding = {
      definition: duplicateName,
      path,
      message: `there is another ${name?.kind} "${name?.name}" at ${others}`,
      found: name?.name ?? null,
      allowed: `one ${name?.kind} of each name`,
    };
    return toProblem(finding, file, document.locate(path), name);
  });
}

/** References that lead nowhere, circles, projects. What may stand in a broken place is not called missing. */
function referenceProblems(
  sound: ReadonlyMap<EntryKey, Sound>,
  failed: Omit<Failed, 'syncs'>,
): readonly ConfigProblem[] {
  const entries = new Map([...sound].map(([key, { entry }]) => [key, entry]));
  return checkReferences(entries).flatMap((finding): readonly ConfigProblem[] => {
    const document = sound.get(finding.about);
    if (document === undefined) return [];
    if (finding.missing !== undefined && failed.documents.has(finding.missing)) return [];
    const unsure = finding.missing !== undefined && failed.unidentified;
    const worded = unsure
      ? {
          ...finding,
          severity: 'warning' as const,
          message: `${finding.message}, unless it is among the documents that could not be read`,
        }
      : finding;
    const { file, name } = document;
    const position = document.document.locate(finding.path, finding.atKey);
    return [toProblem(worded, file, position, name)];
  });
}

function failures(problems: readonly ConfigProblem[]): Omit<Failed, 'syncs'> {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const names = errors.map(({ document }) => toKey(document));
  return {
    files: new Set(errors.map(({ file }) => file)),
    documents: new Set(names.filter((key) => key !== null)),
    unidentified: names.includes(null),
  };
}

/** See `Failed.syncs`. */
function syncsOf(
  failed: ReadonlySet<EntryKey>,
  checked: readonly CheckedDocument[],
): Failed['syncs'] {
  const syncs = new Map<EntryKey, SyncPolicy>();
  for (const { name, document } of checked) {
    const key = toKey(name);
    const sync = key !== null && failed.has(key) ? syncSaid(document.value) : null;
    if (key !== null && sync !== null) syncs.set(key, sync);
  }
  return syncs;
}

function toKey(document: DocumentName | null): EntryKey | null {
  return document !== null && isConfigKind(document.kind)
    ? entryKey(document.kind, document.name)
    : null;
}
