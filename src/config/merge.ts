import type { Config } from '../model/config.ts';
import { defaultLimitsAreUnknown } from './default-project.ts';
import { entryKey, keyOf, toConfig, toEntries } from './entries.ts';
import type { Entries, EntryKey } from './entries.ts';
import type { ConfigEntry } from './kinds/kind.ts';
import type { LoadedConfig } from './loaded.ts';
import { isConfigKind } from './problem.ts';
import type { ConfigKind } from './problem.ts';
import { checkReferences, defaultProject } from './references.ts';
import type { CrossFinding } from './references.ts';

/** A document that is not in force as it stands in Git. */
export interface Retained {
  readonly kind: ConfigKind;
  readonly name: string;
  /** File that holds the version in force, or the refused one. */
  readonly file: string;
  /** One sentence. */
  readonly reason: string;
}

/** A configuration in force, and what of an earlier one it had to keep. */
interface MergedConfig {
  /** In force: every reference in it holds. */
  readonly config: Config;
  /** Documents whose last good version stays in force. */
  readonly kept: readonly Retained[];
  /**
   * Documents that are declared but cannot be used, and have no earlier version that could. They are not removed:
   * what they own stays as it is.
   */
  readonly heldBack: readonly Retained[];
  /**
   * `false` while documents may hide behind an error that nobody can put a name to: then nothing that is missing
   * from `config` counts as removed.
   */
  readonly complete: boolean;
}

/**
 * Puts a newly read configuration in force without losing anything to an error: a document that failed keeps its
 * last good version; what is missing counts as removed only if no error could hide it; what a kept document
 * refers to is kept, too. Nothing runs without limits that it may have. `previous` is the configuration in force (`emptyConfig` at first).
 */
export function mergeWithLastGood(previous: Config, loaded: LoadedConfig): MergedConfig {
  const { entries, failed } = loaded;
  const handedOver = new Set<EntryKey>(
    [...entries.values()].flatMap((entry) =>
      entry.kind === 'Application'
        ? entry.value.previousNames.map((name) => entryKey('Application', name))
        : [],
    ),
  );
  const newcomer = brokenNewcomer(previous, loaded);
  const kept = new Map<EntryKey, { readonly entry: ConfigEntry; readonly reason: string }>();
  for (const [key, entry] of toEntries(previous)) {
    if (entries.has(key)) continue;
    const { file } = entry.value.origin;
    if (failed.documents.has(key)) kept.set(key, { entry, reason: 'its new version has errors' });
    else if (handedOver.has(key)) continue;
    else if (failed.files.has(file)) kept.set(key, { entry, reason: `${file} has errors` });
    else if (failed.unidentified) {
      kept.set(key, { entry, reason: 'it may be among the documents that could not be read' });
    } else if (entry.kind === 'Application' && newcomer !== null) {
      kept.set(key, { entry, reason: `it may go on as ${newcomer}, which has errors` });
    }
  }
  const usable = new Map(entries);
  const unlimited: Retained[] = [];
  if (defaultLimitsAreUnknown(previous, loaded)) {
    const reason = `Project/${defaultProject}, which may limit it, cannot be used`;
    for (const [key, entry] of entries) {
      if (entry.kind !== 'Application' || entry.value.project !== defaultProject) continue;
      usable.delete(key);
      const before = previous.applications.get(entry.value.name);
      if (before === undefined) unlimited.push(retained(entry, reason));
      else kept.set(key, { entry: { kind: 'Application', value: before }, reason });
    }
  }
  const settled = settle(usable, kept, previous);
  return {
    ...settled,
    heldBack: [...settled.heldBack, ...unlimited, ...refused(loaded, settled.config)],
    complete: !failed.unidentified,
  };
}

/** An application that was not there before, and has errors: whose name it takes over cannot be told; `null`: there is none. */
function brokenNewcomer(previous: Config, { entries, failed }: LoadedConfig): EntryKey | null {
  const known = toEntries(previous);
  const isNew = (key: EntryKey): boolean =>
    key.startsWith(entryKey('Application', '')) && !known.has(key) && !entries.has(key);
  return [...failed.documents].find(isNew) ?? null;
}

/** Documents with errors of their own that have no earlier version to stand in for them. */
function refused(loaded: LoadedConfig, config: Config): readonly Retained[] {
  const inForce = toEntries(config);
  const found = new Map<string, Retained>();
  for (const { severity, document, file, message } of loaded.problems) {
    if (severity !== 'error' || document === null || !isConfigKind(document.kind)) continue;
    const { kind, name } = document;
    const key = entryKey(kind, name);
    // One that is valid in itself and fails for what it refers to was told of already.
    if (inForce.has(key) || loaded.entries.has(key) || found.has(key)) continue;
    found.set(key, { kind, name, file, reason: message });
  }
  return [...found.values()];
}

/**
 * Falls back from new documents to previous ones until every reference holds. Each round moves a document from
 * new to previous, brings back one that is still referred to, or drops one for good; so it ends.
 */
export function settle(
  fresh: Entries,
  kept: ReadonlyMap<EntryKey, { readonly entry: ConfigEntry; readonly reason: string }>,
  previousConfig: Config,
): Omit<MergedConfig, 'complete'> {
  const previous = toEntries(previousConfig);
  const current = new Map<EntryKey, ConfigEntry>(fresh);
  const old = new Map<EntryKey, Retained>();
  const dropped = new Map<EntryKey, Retained>();
  const goBack = (key: EntryKey, entry: ConfigEntry, reason: string): void => {
    current.set(key, entry);
    old.set(key, retained(entry, reason));
  };
  const drop = (key: EntryKey, message: string, dependents: Dependents): void => {
    const work = [{ key, reason: message }];
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const entry = current.get(next.key);
      if (entry === undefined) continue;
      current.delete(next.key);
      old.delete(next.key);
      dropped.set(next.key, retained(entry, next.reason));
      for (const dependent of dependents.get(next.key) ?? []) {
        // One that has an earlier version may not depend on this one there: the next round sees.
        if (previous.has(dependent)) continue;
        work.push({ key: dependent, reason: `it depends on ${next.key}, which cannot be used` });
      }
    }
  };
  const fallBack = (findings: readonly CrossFinding[]): boolean => {
    let changed = false;
    for (const { about, message } of findings) {
      const before = previous.get(about);
      if (before === undefined || old.has(about) || dropped.has(about)) continue;
      goBack(about, before, message);
      changed = true;
    }
    return changed;
  };
  const bringBack = (findings: readonly CrossFinding[]): boolean => {
    let changed = false;
    for (const { about, missing } of findings) {
      if (missing === undefined || !old.has(about) || dropped.has(missing)) continue;
      const needed = previous.get(missing);
      if (needed === undefined || current.has(missing)) continue;
      goBack(missing, needed, `${about} still refers to it`);
      changed = true;
    }
    return changed;
  };
  for (const [key, { entry, reason }] of kept) goBack(key, entry, reason);
  for (;;) {
    const findings = checkReferences(current).filter(({ severity }) => severity !== 'warning');
    if (findings.length === 0) break;
    // One kind of step in a round: what an earlier version cures must not bring anything back or drop it.
    if (fallBack(findings)) continue;
    if (bringBack(findings)) continue;
    const dependents = dependentsOf(current);
    for (const { about, message } of findings) drop(about, message, dependents);
  }
  return { config: toConfig(current), kept: [...old.values()], heldBack: [...dropped.values()] };
}

/** The applications that depend on each. Chains of them can be long, so a broken one is followed in one go. */
type Dependents = ReadonlyMap<EntryKey, readonly EntryKey[]>;

function dependentsOf(entries: Entries): Dependents {
  const pairs = [...entries.values()].flatMap((entry) =>
    entry.kind === 'Application'
      ? entry.value.dependsOn.map((name) => ({
          from: keyOf(entry),
          to: entryKey('Application', name),
        }))
      : [],
  );
  const groups = Map.groupBy(pairs, ({ to }) => to);
  return new Map([...groups].map(([key, group]) => [key, group.map(({ from }) => from)]));
}

function retained({ kind, value }: ConfigEntry, reason: string): Retained {
  return { kind, name: value.name, file: value.origin.file, reason };
}
