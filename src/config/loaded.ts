import type { Config, SyncPolicy } from '../model/config.ts';
import type { Entries, EntryKey } from './entries.ts';
import type { ConfigProblem } from './problem.ts';

/** What was found in all configuration files together. */
export interface LoadedConfig {
  /** What can be used of it when there is no earlier version: valid documents whose references hold. */
  readonly config: Config;
  /** Every document that is valid in itself. */
  readonly entries: Entries;
  /** All problems of all files, in the order of reading. */
  readonly problems: readonly ConfigProblem[];
  readonly failed: Failed;
}

/** What of a configuration has an error. */
export interface Failed {
  /** Files with at least one error: a document that they held before does not count as removed. */
  readonly files: ReadonlySet<string>;
  /** Documents that have an error, as far as their kind and name could be told. */
  readonly documents: ReadonlySet<EntryKey>;
  /** Of those: what they say of when something goes live, as far as that can be read. */
  readonly syncs: ReadonlyMap<EntryKey, SyncPolicy>;
  /**
   * Some documents could not even be told by name: anything that is missing may stand there, so nothing at all
   * counts as removed.
   */
  readonly unidentified: boolean;
}
