import { nearestName } from '../../config/name.ts';
import type { FileHead, ProposedFields } from '../../render/proposal.ts';
import { driverOf } from './folders.ts';
import type { FoundFolder } from './folders.ts';

/** Names that folders for environments have, in the order of a release. */
export const environmentNames = [
  'dev',
  'development',
  'test',
  'qa',
  'staging',
  'uat',
  'preprod',
  'prod',
  'production',
];

/** An application as it is proposed. */
export interface Proposed {
  readonly name: string;
  readonly path: string;
  readonly environments: readonly string[];
  /** Lines of its `spec` that files of the repository give, indented by two. */
  readonly fields: readonly string[];
  /** Whether its objects say which namespace they belong to. */
  readonly hasNamespace: boolean;
}

/**
 * One application a folder; folders that differ only in the name of an environment are one application.
 * @param repository name for an application at the root.
 */
export function proposeApplications(
  folders: readonly FoundFolder[],
  files: readonly FileHead[],
  repository: string,
): readonly Proposed[] {
  const groups = Map.groupBy(folders, ({ path }) =>
    environmentNames.includes(lastPart(path)) && path.includes('/')
      ? path.replace(/[^/]+$/, '{environment}')
      : path,
  );
  const names = new Set<string>();
  return [...groups].map(([path, members]) => {
    const staged = path.endsWith('/{environment}');
    const [first] = members;
    const fields = first === undefined ? null : fieldsOf(first, path, files);
    const found = staged ? members.map((one) => lastPart(one.path)) : fields?.environments;
    return {
      name: freeName(partsOf(path, first), repository, names),
      path,
      environments: inOrder(found ?? ['dev']),
      fields: fields?.lines ?? [],
      hasNamespace: members.every(namesNamespace),
    };
  });
}

function inOrder(environments: readonly string[]): readonly string[] {
  return environmentNames.filter((one) => environments.includes(one));
}

/** Parts that make a name. */
function partsOf(path: string, folder: FoundFolder | undefined): readonly string[] {
  const parts = path
    .replace(/\/\{environment\}$/, '')
    .split('/')
    .filter((part) => part !== '');
  const generic = folder && driverOf(folder.found)?.proposal.generic;
  return generic == null ? parts : parts.filter((part) => !generic.test(part));
}

function fieldsOf(
  { found }: FoundFolder,
  path: string,
  files: readonly FileHead[],
): ProposedFields | null {
  if (found.kind !== 'rendered') return null;
  return found.proposal.fields?.(path, files, environmentNames) ?? null;
}

function namesNamespace({ found, members }: FoundFolder): boolean {
  if (found.kind === 'rendered') return found.proposal.namesNamespace(members);
  if (found.kind === 'planned') return false;
  return found.driver.proposal.namesNamespace(members.map(({ head }) => head ?? ''));
}

/** The last part of the path as a name; with the parts before it, then a number, when it is taken. */
function freeName(parts: readonly string[], repository: string, taken: Set<string>): string {
  const candidates = parts.map((_, at) => parts.slice(parts.length - 1 - at).join('-'));
  if (parts.length === 0) candidates.push(repository);
  for (let number = 2; ; number++) {
    const candidate = candidates.shift() ?? `app-${number}`;
    const name = nearestName(candidate) ?? candidate;
    if (!/^[a-z0-9]/.test(name) || taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
