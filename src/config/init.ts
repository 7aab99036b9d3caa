import { stringify } from 'yaml';
import { environmentNames, proposeApplications } from './init-applications.ts';
import type { Proposed } from './init-applications.ts';
import { findFolders } from './init-folders.ts';
import type { FoundFolder, FoundKind, InitFile } from './init-folders.ts';

/** What `init` is told beside the files. */
export interface InitOptions {
  /** Where editors find the JSON Schema. */
  readonly schema: string;
  /** Name for an application at the root: that of the repository. */
  readonly name: string;
  /**
   * What it is for. Default: this machine, unless the repository holds what goes to a cluster and nothing for a machine.
   */
  readonly target?: 'host' | 'kubernetes';
  /** Context of the kubeconfig. Default: none is named, so that it is the current one. */
  readonly context?: string;
}

type TargetKind = NonNullable<InitOptions['target']>;

const goesTo: Readonly<Record<FoundKind, TargetKind | null>> = {
  host: 'host',
  helm: 'kubernetes',
  kustomize: 'kubernetes',
  manifests: 'kubernetes',
  compose: null,
  opentofu: null,
};

const words: Readonly<Record<FoundKind, string>> = {
  host: 'manifests of a machine',
  helm: 'a Helm chart',
  kustomize: 'a Kustomize overlay',
  manifests: 'Kubernetes manifests',
  compose: 'a Compose project',
  opentofu: 'an OpenTofu or Terraform module',
};

const targetNames = { host: 'here', kubernetes: 'cluster' } as const;

/** Text of a `fairlead.yaml` for a repository with these files. Always valid; what it cannot serve stands in comments. */
export function proposeConfig(files: readonly InitFile[], options: InitOptions): string {
  const folders = findFolders(files);
  const has = (target: TargetKind): boolean => folders.some(({ kind }) => goesTo[kind] === target);
  const target = options.target ?? (has('kubernetes') && !has('host') ? 'kubernetes' : 'host');
  const later = folders.filter(({ kind }) => goesTo[kind] !== target);
  const applications = proposeApplications(
    folders.filter(({ kind }) => goesTo[kind] === target),
    files,
    options.name,
  );
  const found = environmentNames.filter((name) =>
    applications.some((one) => one.environments.includes(name)),
  );
  const environments = found.length === 0 ? ['dev'] : found;
  return [
    header(options.schema),
    ...(later.length === 0
      ? []
      : [`# Found, and not proposed below:\n${later.map(laterLine).join('\n')}\n`]),
    targetDocument(target, options.context),
    ...environments.map((name, index) => environmentDocument(name, index, targetNames[target])),
    ...(applications.length === 0
      ? [placeholders[target]]
      : applications.map((one) => applicationDocument(one, environments.length > 1))),
  ].join('---\n');
}

function header(schema: string): string {
  return `# yaml-language-server: $schema=${schema}\n#\n# Says what runs where. Check it with \`fairlead validate\`, see what it would do with \`fairlead plan\`.\n`;
}

function laterLine({ path, kind }: FoundFolder): string {
  const target = goesTo[kind];
  const how =
    target === null
      ? `served once the ${kind} driver is here`
      : `goes to an environment with a ${target === 'host' ? 'host' : 'Kubernetes'} target (spec: {${target}: {}})`;
  return `# ${scalar(path === '' ? '.' : path)}: ${words[kind]}; ${how}.`;
}

function document(kind: string, name: string, spec: string): string {
  return `apiVersion: fairlead.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${scalar(name)}\nspec:\n${spec}\n`;
}

function targetDocument(target: TargetKind, context: string | undefined): string {
  if (target === 'host') return document('Target', targetNames.host, '  host: {}');
  const spec =
    context === undefined
      ? '  kubernetes: {} # the current context of the kubeconfig; `context: NAME` names one'
      : `  kubernetes:\n    context: ${scalar(context)}`;
  return document('Target', targetNames.kubernetes, spec);
}

function environmentDocument(name: string, index: number, target: string): string {
  const sync =
    index === 0
      ? '  sync: auto # changes go live by themselves'
      : '  sync: approve # each plan waits for a person';
  return document('Environment', name, `  targets: [${target}]\n${sync}`);
}

function applicationDocument(application: Proposed, isStaged: boolean): string {
  const { name, path, environments, kind, valuesFile, hasNamespace } = application;
  const namespace = isStaged ? '"{application}-{environment}"' : '"{application}"';
  const lines = [
    `  path: ${scalar(path === '' ? '.' : path)}`,
    `  environments: [${environments.join(', ')}]`,
    ...(valuesFile === null ? [] : ['  helm:', `    valuesFiles: [${JSON.stringify(valuesFile)}]`]),
    ...(goesTo[kind] !== 'kubernetes' || hasNamespace
      ? []
      : [
          '  kubernetes:',
          `    namespace: ${namespace}`,
          '    syncOptions: [CreateNamespace=true]',
        ]),
  ];
  return document('Application', name, lines.join('\n'));
}

/** A text as one YAML scalar on one line, in quotes where it would be read as something else. */
function scalar(text: string): string {
  return stringify(text, {
    lineWidth: 0,
    defaultStringType: 'PLAIN',
    singleQuote: false,
  }).trimEnd();
}

const placeholders: Readonly<Record<TargetKind, string>> = {
  host: `# No folder with host manifests was found. One is made of files such as site/page.yaml:
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
`,
  kubernetes: `# No chart, kustomization or folder of manifests was found. One is announced like this:
#
#   apiVersion: fairlead.dev/v1alpha1
#   kind: Application
#   metadata: {name: shop}
#   spec:
#     path: shop
#     environments: [dev]
#     kubernetes: {namespace: shop, syncOptions: [CreateNamespace=true]}
`,
};
