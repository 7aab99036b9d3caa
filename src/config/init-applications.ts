import type { FoundFolder, InitFile } from './init-folders.ts';
import { nearestName } from './name.ts';

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
  readonly kind: FoundFolder['kind'];
  /** Of a chart, with `{environment}`. */
  readonly valuesFile: string | null;
  /** Whether its objects say which namespace they belong to. */
  readonly hasNamespace: boolean;
}

/** Says nothing about what an application is. */
const generic =
  /^(?:overlays?|environments?|envs?|k8s|kubernetes|kustomize|manifests|deploy|charts?|helm)$/;

/**
 * One application a folder; folders that differ only in the name of an environment are one application.
 * @param repository name for an application at the root.
 */
export function proposeApplications(
  folders: readonly FoundFolder[],
  files: readonly InitFile[],
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
    const kind = members[0]?.kind ?? 'host';
    const values = kind === 'helm' ? valuesOf(path, files) : null;
    const found = staged ? members.map((one) => lastPart(one.path)) : values?.environments;
    return {
      name: freeName(partsOf(path, kind), repository, names),
      path,
      environments: inOrder(found ?? ['dev']),
      kind,
      valuesFile: values?.file ?? null,
      hasNamespace: members.every(namesNamespace),
    };
  });
}

function inOrder(environments: readonly string[]): readonly string[] {
  return environmentNames.filter((one) => environments.includes(one));
}

/** Parts that make a name. */
function partsOf(path: string, kind: FoundFolder['kind']): readonly string[] {
  const parts = path
    .replace(/\/\{environment\}$/, '')
    .split('/')
    .filter((part) => part !== '');
  return kind === 'host' ? parts : parts.filter((part) => !generic.test(part));
}

/** The values files of a chart by environment, where people keep them. */
function valuesOf(
  chart: string,
  files: readonly InitFile[],
): { readonly file: string; readonly environments: readonly string[] } | null {
  const paths = new Set(files.map(({ path }) => path));
  const below = chart === '' ? '' : `${chart}/`;
  const places = [
    'values-{environment}.yaml',
    'values.{environment}.yaml',
    'values/{environment}.yaml',
  ];
  const candidates = [
    ...places.map((file) => [file, `${below}${file}`] as const),
    ...(chart === '' ? [] : [['/values/{environment}.yaml', 'values/{environment}.yaml'] as const]),
  ];
  for (const [file, path] of candidates) {
    const environments = environmentNames.filter((name) =>
      paths.has(path.replace('{environment}', name)),
    );
    if (environments.length > 0) return { file, environments };
  }
  return null;
}

function namesNamespace({ kind, members }: FoundFolder): boolean {
  if (kind === 'helm') return false;
  const named = kind === 'kustomize' ? /^namespace:/m : /^ +namespace:|[{,] *namespace:/m;
  return members.some(({ head }) => named.test(head ?? ''));
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
