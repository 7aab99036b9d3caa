import { stringify } from 'yaml';
import { applicationPathSchema } from './application-path.ts';
import { detectFormat } from './detect.ts';
import type { FolderFormat } from './detect.ts';
import { nearestName } from './name.ts';

/** A file of the folder that is looked at: its path below it, and the beginning of its text where that was read. */
export interface InitFile {
  readonly path: string;
  readonly head?: string;
}

export interface InitOptions {
  /** Where editors find the JSON Schema. */
  readonly schema: string;
  /** Name for an application at the root: that of the repository. */
  readonly name: string;
}

/** Names that folders for environments have, in the order of a release. */
const environmentNames = [
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

const forCluster = 'goes to an environment with a Kubernetes target (spec: {kubernetes: {}})';

const comesWith = {
  helm: ['a Helm chart', forCluster],
  kustomize: ['a Kustomize overlay', forCluster],
  compose: ['a Compose project', 'served once the compose driver is here'],
  opentofu: ['an OpenTofu or Terraform module', 'served once the opentofu driver is here'],
} as const satisfies Partial<Record<FolderFormat, readonly [string, string]>>;

interface Proposed {
  readonly name: string;
  readonly path: string;
  readonly environments: readonly string[];
}

/** Text of a `fairlead.yaml` for a folder with these files. Always valid; what it cannot serve stands in comments. */
export function proposeConfig(files: readonly InitFile[], options: InitOptions): string {
  const folders = groupByFolder(files);
  const claimed: string[] = [];
  const later: string[] = [];
  const host: string[] = [];
  for (const [folder, members] of folders) {
    if (claimed.some((above) => isBelow(folder, above))) continue;
    const format = detectFormat(members.map(({ path }) => lastPart(path)));
    if (format in comesWith) {
      const [what, how] = comesWith[format as keyof typeof comesWith];
      later.push(`# ${scalar(folder === '' ? '.' : folder)}: ${what}; ${how}.`);
      claimed.push(folder);
    } else if (isHostFolder(folder, members)) {
      host.push(folder);
      // The root may hold applications side by side, so it does not swallow what is below.
      if (folder !== '') claimed.push(folder);
    }
  }
  const applications = proposeApplications(host, options.name);
  const environments = environmentNames.filter((name) =>
    applications.some((one) => one.environments.includes(name)),
  );
  return [
    header(options.schema),
    ...(later.length === 0 ? [] : [`# Found, and not proposed below:\n${later.join('\n')}\n`]),
    document('Target', 'here', '  host: {}'),
    ...(environments.length === 0 ? ['dev'] : environments).map(environmentDocument),
    ...(applications.length === 0 ? [placeholder] : applications.map(applicationDocument)),
  ].join('---\n');
}

function header(schema: string): string {
  return `# yaml-language-server: $schema=${schema}\n#\n# Says what runs where. Check it with \`fairlead validate\`, see what it would do with \`fairlead plan\`.\n`;
}

function document(kind: string, name: string, spec: string): string {
  return `apiVersion: fairlead.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${scalar(name)}\nspec:\n${spec}\n`;
}

function environmentDocument(name: string, index: number): string {
  const sync =
    index === 0
      ? '  sync: auto # changes go live by themselves'
      : '  sync: approve # each plan waits for a person';
  return document('Environment', name, `  targets: [here]\n${sync}`);
}

function applicationDocument({ name, path, environments }: Proposed): string {
  const spec = `  path: ${scalar(path === '' ? '.' : path)}\n  environments: [${environments.join(', ')}]`;
  return document('Application', name, spec);
}

/** A text as one YAML scalar on one line, in quotes where it would be read as something else. */
function scalar(text: string): string {
  return stringify(text, {
    lineWidth: 0,
    defaultStringType: 'PLAIN',
    singleQuote: false,
  }).trimEnd();
}

const placeholder = `# No folder with host manifests was found. One is made of files such as site/page.yaml:
#
#   apiVersion: host.fairlead.dev/v1alpha1
#   kind: File
#   metadata: {name: index}
#   spec: {path: /srv/site/index.html, content: "hello\\n"}
#
# and is announced like this:
#
#   apiVersion: fairlead.dev/v1alpha1
#   kind: Application
#   metadata: {name: site}
#   spec: {path: site, environments: [dev]}
`;

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

function isHostFolder(folder: string, members: readonly InitFile[]): boolean {
  const usable =
    folder === '' || (applicationPathSchema.safeParse(folder).success && !/[{}]/.test(folder));
  return usable && members.some(({ head }) => head?.includes('host.fairlead.dev/') === true);
}

/** One application a folder; folders that differ only in the name of an environment are one application. */
function proposeApplications(folders: readonly string[], repository: string): readonly Proposed[] {
  const groups = Map.groupBy(folders, (folder) =>
    environmentNames.includes(lastPart(folder)) && folder.includes('/')
      ? folder.replace(/[^/]+$/, '{environment}')
      : folder,
  );
  const names = new Set<string>();
  return [...groups].map(([path, members]) => {
    const staged = path.endsWith('/{environment}');
    const parts = path
      .replace(/\/\{environment\}$/, '')
      .split('/')
      .filter((part) => part !== '');
    const name = freeName(parts, repository, names);
    const environments = staged ? members.map(lastPart) : ['dev'];
    const ordered = environmentNames.filter((one) => environments.includes(one));
    return { name, path, environments: ordered };
  });
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

function isBelow(folder: string, above: string): boolean {
  return above === '' || folder === above || folder.startsWith(`${above}/`);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
