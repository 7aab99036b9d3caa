import type { Config } from '../model/config.ts';
import { entryKey, toEntries } from './entries.ts';
import { aliasBomb, configUnreadable, tooDeep, tooLarge, yamlSyntax } from './errors.ts';
import type { LoadedConfig } from './load.ts';
import { isConfigKind } from './problem.ts';
import type { ConfigProblem } from './problem.ts';
import { defaultProject } from './references.ts';

/** Errors behind which any document may hide. */
const unread: ReadonlySet<string> = new Set(
  [aliasBomb, configUnreadable, tooDeep, tooLarge, yamlSyntax].map(
    ({ definition }) => definition.code,
  ),
);

/**
 * Whether the default project may have limits that are not known: its document has errors, or may be among those that
 * could not be read, and no earlier one is there to stand in. No other project can be missed unnoticed, because
 * applications name it.
 */
export function defaultLimitsAreUnknown(
  previous: Config,
  { entries, failed, problems }: Pick<LoadedConfig, 'entries' | 'failed' | 'problems'>,
): boolean {
  const key = entryKey('Project', defaultProject);
  if (entries.has(key) || previous.projects.has(defaultProject)) return false;
  if (failed.documents.has(key)) return true;
  return toEntries(previous).size === 0 && problems.some(mayHideIt);
}

function mayHideIt({ severity, code, document }: ConfigProblem): boolean {
  if (severity !== 'error') return false;
  if (document === null) return unread.has(code);
  return document.name === defaultProject && !isConfigKind(document.kind);
}
