import type { Config } from '../model/config.ts';
import { entryKey, toEntries } from './entries.ts';
import type { LoadedConfig } from './loaded.ts';
import { isDocumentName } from './name.ts';
import { isConfigKind } from './problem.ts';
import type { ConfigProblem } from './problem.ts';
import { defaultProject } from './references.ts';

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
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.some(isNamelessProject)) return true;
  return toEntries(previous).size === 0 && errors.some(mayHideIt);
}

/** A Project that cannot be told by its name: which one was meant is anybody's guess. */
function isNamelessProject({ document, documentKind }: ConfigProblem): boolean {
  return documentKind === 'Project' && (document === null || !isDocumentName(document.name));
}

/** At first there is nothing to tell by what else it may be. */
function mayHideIt({ document, documentKind }: ConfigProblem): boolean {
  if (documentKind === '' || (documentKind !== null && isConfigKind(documentKind))) return false;
  return document === null || document.name === defaultProject || !isDocumentName(document.name);
}
