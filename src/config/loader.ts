import type { ConfigLoader, Mistake } from '../reconcile/ports.ts';
import { failure, success } from '../model/result.ts';
import { emptyConfig } from '../model/config.ts';
import type { Config } from '../model/config.ts';
import { entryKey } from './entries.ts';
import { loadConfig } from './load.ts';
import type { LoadOptions } from './load.ts';
import type { Failed } from './loaded.ts';
import { mergeWithLastGood } from './merge.ts';
import type { Retained } from './merge.ts';
import type { ConfigProblem } from './problem.ts';
import { readConfigFiles } from './read.ts';

/**
 * The configuration loader of the engine: files of a tree, below `prefix`, merged with what was good before.
 * @param load Says what files mean, which depends on nothing else. Default: `loadConfig`.
 */
export function createConfigLoader(
  prefix = '',
  options: LoadOptions = {},
  load: typeof loadConfig = loadConfig,
): ConfigLoader {
  const below = prefix === '' ? '' : `${prefix}/`;
  return {
    concerns: (path) => {
      if (!path.startsWith(below)) return false;
      const name = path.slice(below.length);
      return /^fairlead\.ya?ml$/.test(name) || /^fairlead\/[^/]+\.ya?ml$/.test(name);
    },
    load: async (tree, previous) => {
      const files = await readConfigFiles(tree, prefix);
      if (!files.ok) return failure(files.error);
      const loaded = load(files.value.files, options);
      const merged = mergeWithLastGood(previous ?? emptyConfig, loaded);
      const names = (kind: string, among: readonly Retained[]): ReadonlySet<string> =>
        new Set(among.filter((item) => item.kind === kind).map((item) => item.name));
      return success({
        config: merged.config,
        problems: loaded.problems,
        sound: loaded.problems.every((problem) => problem.severity !== 'error'),
        complete: merged.complete,
        asking: mistakesIn(
          merged.kept.filter((item) => asksMore(item, merged.config, loaded.failed)),
          loaded.problems,
        ),
        lastGood: names('Application', merged.kept),
        heldBack: {
          applications: names('Application', merged.heldBack),
          environments: names('Environment', merged.heldBack),
        },
      });
    },
  };
}

/** Whether a document that stays as it was would have a person asked, where nobody was asked before, if it could be used. */
function asksMore(
  { kind, name }: Retained,
  { applications, environments }: Config,
  failed: Failed,
): boolean {
  const said = failed.syncs.get(entryKey(kind, name));
  if (said === undefined || said === 'auto') return false;
  const inForce = kind === 'Application' ? applications.get(name) : environments.get(name);
  return inForce?.sync !== said;
}

/** What is wrong with documents that have errors of their own: the first mistake of each. */
function mistakesIn(
  broken: readonly Retained[],
  problems: readonly ConfigProblem[],
): ReadonlyMap<string, Mistake> {
  const mistakes = broken.flatMap(({ kind, name }): readonly (readonly [string, Mistake])[] => {
    const problem = problems.find(
      ({ severity, document }) =>
        severity === 'error' && document?.kind === kind && document.name === name,
    );
    if (problem === undefined) return [];
    const field = problem.path === '' ? '' : `${problem.path}: `;
    const place = `${problem.file}:${problem.line}`;
    return [[entryKey(kind, name), { place, message: `${field}${problem.message}` }]];
  });
  return new Map(mistakes);
}
