import { parse } from 'yaml';
import { applicationPathSchema } from './application-path.ts';
import { detectFormat } from './detect.ts';

/** A file of the repository that is looked at: its path in it, and the beginning of its text where that was read. */
export interface InitFile {
  readonly path: string;
  readonly head?: string;
}

/** What `init` can tell a folder to be. */
export type FoundKind = 'host' | 'helm' | 'kustomize' | 'manifests' | 'compose' | 'opentofu';

/** A folder that something can be deployed from. */
export interface FoundFolder {
  readonly path: string;
  readonly kind: FoundKind;
  readonly members: readonly InitFile[];
}

/**
 * The folders that hold something to deploy, shallow ones first. What is part of another one is left out: templates and
 * vendored charts, bases and components that overlays of the repository build on, folders below a folder of manifests.
 */
export function findFolders(files: readonly InitFile[]): readonly FoundFolder[] {
  const groups = groupByFolder(files);
  const used = usedByKustomizations(groups);
  const claimed: string[] = [];
  const found: FoundFolder[] = [];
  for (const [path, members] of groups) {
    if (claimed.some((above) => path === above || path.startsWith(`${above}/`))) continue;
    const kind = kindOf(path, members);
    if (kind === null) continue;
    // The root may hold applications side by side, so it does not swallow what is below; but a chart is one thing.
    if (path !== '') claimed.push(path);
    if (!used.has(path) && !isPart(kind, members)) found.push({ path, kind, members });
    if (path === '' && (kind === 'helm' || kind === 'kustomize')) break;
  }
  return found;
}

function kindOf(path: string, members: readonly InitFile[]): FoundKind | null {
  const format = detectFormat(members.map((file) => lastPart(file.path)));
  if (format === 'other') return null;
  if (format === 'compose' || format === 'opentofu') return format;
  // What no configuration can name cannot be proposed.
  const usable =
    path === '' || (applicationPathSchema.safeParse(path).success && !/[{}]/.test(path));
  if (!usable) return null;
  if (format !== 'plain') return format;
  if (members.some(({ head }) => head?.includes('host.fairlead.dev/') === true)) return 'host';
  return members.some(({ head }) => isManifest(head ?? '')) ? 'manifests' : null;
}

/** Kubernetes objects; kubeconfigs and the like also have an `apiVersion` and a `kind`, and no name. */
function isManifest(head: string): boolean {
  return (
    /^apiVersion: *["']?[\w./-]+["']? *$/m.test(head) &&
    /^kind: *["']?[A-Z]\w*["']? *$/m.test(head) &&
    /^metadata:/m.test(head) &&
    !/^apiVersion: *["']?[\w.]*fairlead\.dev\//m.test(head)
  );
}

/** Libraries and components are nothing by themselves. */
function isPart(kind: FoundKind, members: readonly InitFile[]): boolean {
  const is = (name: RegExp, text: RegExp): boolean =>
    members.some(({ path, head }) => name.test(lastPart(path)) && text.test(head ?? ''));
  if (kind === 'helm') return is(/^Chart\.ya?ml$/, /^type: *library *$/m);
  return kind === 'kustomize' && is(kustomization, /^kind: *Component *$/m);
}

const kustomization = /^(?:kustomization\.ya?ml|Kustomization)$/;

/** Folders that a kustomization elsewhere builds on, whole or a file of them. */
function usedByKustomizations(
  groups: readonly (readonly [string, readonly InitFile[]])[],
): ReadonlySet<string> {
  const used = new Set<string>();
  for (const [folder, members] of groups) {
    const head = members.find(({ path }) => kustomization.test(lastPart(path)))?.head;
    for (const reference of head === undefined ? [] : referencesIn(head)) {
      const path = resolve(folder, reference);
      for (const one of [path, path.slice(0, Math.max(path.lastIndexOf('/'), 0))])
        if (one !== folder) used.add(one);
    }
  }
  return used;
}

function referencesIn(head: string): readonly string[] {
  try {
    const { resources, bases, components } = parse(head, { logLevel: 'silent' }) as Record<
      string,
      unknown
    >;
    return [resources, bases, components]
      .flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : []))
      .filter((one) => typeof one === 'string');
  } catch {
    return [];
  }
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
  files: readonly InitFile[],
): readonly (readonly [string, readonly InitFile[]])[] {
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

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
