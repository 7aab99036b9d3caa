import type { Config } from '../model/config.ts';
import type { ConfigEntry } from './kinds/kind.ts';
import { collectionOf } from './problem.ts';
import type { ConfigKind } from './problem.ts';

/** `Application/web`: which document, as a map key. */
export type EntryKey = `${ConfigKind}/${string}`;

/** The key of a document by its kind and name. */
export function entryKey(kind: ConfigKind, name: string): EntryKey {
  return `${kind}/${name}`;
}

/** The key of a document that was read. */
export function keyOf(entry: ConfigEntry): EntryKey {
  return entryKey(entry.kind, entry.value.name);
}

/** Documents by their key. */
export type Entries = ReadonlyMap<EntryKey, ConfigEntry>;

/** All documents of a configuration. */
export function toEntries(config: Config): Entries {
  const entries = new Map<EntryKey, ConfigEntry>();
  for (const [kind, collection] of Object.entries(collectionOf)) {
    for (const value of config[collection].values()) {
      // Pairs each collection with its kind, as the table says.
      const entry = { kind, value } as ConfigEntry;
      entries.set(keyOf(entry), entry);
    }
  }
  return entries;
}

/** The configuration that documents make; by name within each kind, whatever the order of files. */
export function toConfig(entries: Entries): Config {
  const sorted = [...entries.values()].toSorted((left, right) =>
    left.value.name < right.value.name ? -1 : 1,
  );
  const collect = <K extends ConfigKind>(kind: K) =>
    new Map(
      sorted
        .filter((entry): entry is Extract<ConfigEntry, { kind: K }> => entry.kind === kind)
        .map((entry) => [entry.value.name, entry.value] as const),
    );
  return {
    sources: collect('Source'),
    targets: collect('Target'),
    environments: collect('Environment'),
    applications: collect('Application'),
    projects: collect('Project'),
  } as Config;
}
