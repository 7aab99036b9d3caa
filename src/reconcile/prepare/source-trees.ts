import type { ApplicationConfig } from '../../model/config.ts';
import type { FairleadError } from '../../model/error.ts';
import type { Revision, SourceRevision } from '../../model/revision.ts';
import { mountTrees } from '../../source/mounted-tree.ts';
import type { Tree } from '../../source/source.ts';
import { sourceNotReady } from '../errors.ts';
import type { World } from '../world.ts';

/** The trees of an application's sources: the one with its path, and the others in it as `$name`. */
export function treeOf(
  world: World,
  application: Pick<ApplicationConfig, 'source' | 'sources'>,
  revision: Revision,
): Tree {
  const first = revision[0];
  if (first === undefined) throw new Error('nothing to render: the revision is empty');
  const main = world.source(first.source).tree(first);
  const others = Object.entries(application.sources ?? {});
  if (others.length === 0) return main;
  const mounted = others.map(([name, source]): readonly [string, Tree] => {
    const at = stateOf(world, source, revision);
    return [name, world.source(source).tree(at)];
  });
  return mountTrees(main, new Map(mounted));
}

/** A source that the revision does not name came into the configuration later. */
function stateOf(world: World, source: string, revision: Revision): SourceRevision {
  const found =
    revision.find((part) => part.source === source) ?? world.source(source).status().current;
  if (found != null) return found;
  const failing = world.source(source).status().failing;
  throw sourceNotReady({
    message: failing?.message ?? `source ${source} has not been fetched yet`,
    resource: `Source/${source}`,
    hint: failing?.hint,
  });
}

/** What all sources of an application serve now, the one with its path first; `null` before one was fetched. */
export function currentRevisionOf(
  world: World,
  application: Pick<ApplicationConfig, 'source' | 'sources'>,
): Revision | null {
  const parts: SourceRevision[] = [];
  for (const name of sourcesOf(application)) {
    const current = world.source(name).status().current;
    if (current === null) return null;
    parts.push(current);
  }
  return parts;
}

/** Why there is nothing to render: the first of an application's sources that serves nothing yet, and what is wrong with it. */
export function notFetched(
  world: World,
  application: Pick<ApplicationConfig, 'source' | 'sources'>,
): FairleadError {
  const names = sourcesOf(application);
  const name = names.find((one) => world.source(one).status().current === null) ?? names[0] ?? '';
  const { failing } = world.source(name).status();
  return sourceNotReady({
    message: failing?.message ?? 'the source has not been fetched yet',
    resource: `Source/${name}`,
    hint: failing?.hint,
  });
}

/** Names of an application's sources, each once, the one with its path first. */
export function sourcesOf(
  application: Pick<ApplicationConfig, 'source' | 'sources'>,
): readonly string[] {
  return [...new Set([application.source, ...Object.values(application.sources ?? {})])];
}

/**
 * Paths of a render by the source that they are in.
 * @param paths As rendering gives them: `$name/…` for those of another source than the first.
 */
export function pathsBySource(
  application: Pick<ApplicationConfig, 'source' | 'sources'>,
  paths: Iterable<string>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const path of paths) {
    const slash = path.indexOf('/');
    const head = slash < 0 ? path : path.slice(0, slash);
    const source = head.startsWith('$') ? application.sources?.[head.slice(1)] : undefined;
    const at = source ?? application.source;
    const inside = source === undefined ? path : slash < 0 ? '' : path.slice(slash + 1);
    found.set(at, (found.get(at) ?? new Set()).add(inside));
  }
  return new Map([...found].map(([source, some]) => [source, [...some]]));
}

/** A source in a sentence; the empty name is that of the configuration's repository. */
export function showSource(name: string): string {
  return name === '' ? 'the repository' : `source ${name}`;
}
