import { applicationPathSchema } from '../../config/application-path.ts';
import { plannedFormats } from '../../render/format.ts';
import type { FolderFormat } from '../../render/format.ts';
import { nameOf } from '../../render/proposal.ts';
import type { FileHead, RenderProposal } from '../../render/proposal.ts';
import { formatOf, rendererKinds } from '../../render/registry.ts';
import type { TargetDriver } from '../../targets/driver.ts';
import { targetDrivers } from '../../targets/registry.ts';

/** What a folder turned out to be. */
export type FoundKind =
  /** What a renderer makes manifests of. */
  | { readonly kind: 'rendered'; readonly words: string; readonly proposal: RenderProposal }
  /** Manifests as they stand, of a target. */
  | { readonly kind: 'manifests'; readonly driver: TargetDriver }
  /** What no renderer is there for yet. */
  | { readonly kind: 'planned'; readonly format: FolderFormat };

/** A folder that something can be deployed from. */
export interface FoundFolder {
  readonly path: string;
  readonly found: FoundKind;
  readonly members: readonly FileHead[];
}

/** The driver of the targets that a folder is for; `null`: none is there yet. */
export function driverOf(found: FoundKind): TargetDriver | null {
  if (found.kind === 'planned') return null;
  if (found.kind === 'manifests') return found.driver;
  return targetDrivers.find(({ name }) => name === found.proposal.driver) ?? null;
}

/**
 * The folders that hold something to deploy, shallow ones first. What is part of another one is left out: templates and
 * vendored charts, bases and components that overlays of the repository build on, folders below a folder of manifests.
 */
export function findFolders(files: readonly FileHead[]): readonly FoundFolder[] {
  const groups = groupByFolder(files);
  const used = usedByOthers(groups);
  const claimed: string[] = [];
  const folders: FoundFolder[] = [];
  for (const [path, members] of groups) {
    if (claimed.some((above) => path === above || path.startsWith(`${above}/`))) continue;
    const found = kindOf(path, members);
    if (found === null) continue;
    // The root may hold applications side by side, so it does not swallow what is below; but what is rendered is one thing.
    if (path !== '') claimed.push(path);
    const isPart = found.kind === 'rendered' && found.proposal.isPart(members);
    if (!used.has(path) && !isPart) folders.push({ path, found, members });
    if (path === '' && found.kind === 'rendered') break;
  }
  return folders;
}

function kindOf(path: string, members: readonly FileHead[]): FoundKind | null {
  const names = members.map(nameOf);
  const rendered = formatOf(names, rendererKinds);
  const planned = rendered === null ? formatOf(names, plannedFormats) : null;
  if (planned !== null) return { kind: 'planned', format: planned };
  // What no configuration can name cannot be proposed.
  const usable =
    path === '' || (applicationPathSchema.safeParse(path).success && !/[{}]/.test(path));
  if (!usable) return null;
  if (rendered !== null) return { kind: 'rendered', ...rendered };
  const driver = targetDrivers.find(({ proposal }) =>
    members.some(({ head }) => proposal.isManifest(head ?? '')),
  );
  return driver === undefined ? null : { kind: 'manifests', driver };
}

/** Folders that another one builds on, whole or a file of them. */
function usedByOthers(
  groups: readonly (readonly [string, readonly FileHead[]])[],
): ReadonlySet<string> {
  const used = new Set<string>();
  for (const [folder, members] of groups) {
    for (const { proposal } of rendererKinds) {
      for (const reference of proposal.buildsOn?.(members) ?? []) {
        const path = resolve(folder, reference);
        for (const one of [path, path.slice(0, Math.max(path.lastIndexOf('/'), 0))])
          if (one !== folder) used.add(one);
      }
    }
  }
  return used;
}

function resolve(folder: string, reference: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of reference.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** Files by their folder, shallow folders first; hidden folders, dependencies and our own configuration left out. */
function groupByFolder(
  files: readonly FileHead[],
): readonly (readonly [string, readonly FileHead[]])[] {
  const wanted = files.filter(({ path }) => {
    const parts = path.split('/');
    const hidden = parts.some((part) => part.startsWith('.') || part === 'node_modules');
    return !hidden && !/^fairlead(?:\.ya?ml$|\/)/.test(path);
  });
  const groups = Map.groupBy(wanted, ({ path }) =>
    path.slice(0, Math.max(path.lastIndexOf('/'), 0)),
  );
  const depth = (folder: string): number => (folder === '' ? 0 : folder.split('/').length);
  return [...groups].toSorted(
    ([left], [right]) => depth(left) - depth(right) || (left < right ? -1 : 1),
  );
}
