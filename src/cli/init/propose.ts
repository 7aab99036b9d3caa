import { yamlScalar } from '../../config/yaml-scalar.ts';
import type { FileHead } from '../../render/proposal.ts';
import type { TargetDriver } from '../../targets/driver.ts';
import { targetDrivers } from '../../targets/registry.ts';
import { environmentNames, proposeApplications } from './applications.ts';
import type { Proposed } from './applications.ts';
import { driverOf, findFolders } from './folders.ts';
import type { FoundFolder, FoundKind } from './folders.ts';

/** What `init` is told beside the files. */
export interface InitOptions {
  /** Where editors find the JSON Schema. */
  readonly schema: string;
  /** Name for an application at the root: that of the repository. */
  readonly name: string;
  /** Driver of the target that it is for. Default: the first one that the repository holds anything for, else the first. */
  readonly target?: string;
  /** Context of the kubeconfig. Default: none is named, so that it is the current one. */
  readonly context?: string;
}

/** Text of a `fairlead.yaml` for a repository with these files. Always valid; what it cannot serve stands in comments. */
export function proposeConfig(files: readonly FileHead[], options: InitOptions): string {
  const folders = findFolders(files);
  const driver = driverFor(folders, options.target);
  const later = folders.filter(({ found }) => driverOf(found) !== driver);
  const applications = proposeApplications(
    folders.filter(({ found }) => driverOf(found) === driver),
    files,
    options.name,
  );
  const named = environmentNames.filter((name) =>
    applications.some((one) => one.environments.includes(name)),
  );
  const environments = named.length === 0 ? ['dev'] : named;
  const { name, target, placeholder } = driver.proposal;
  return [
    header(options.schema),
    ...(later.length === 0
      ? []
      : [`# Found, and not proposed below:\n${later.map(laterLine).join('\n')}\n`]),
    document('Target', name, target(options.context)),
    ...environments.map((environment, index) => environmentDocument(environment, index, name)),
    ...(applications.length === 0
      ? [placeholder]
      : applications.map((one) => applicationDocument(one, driver, environments.length > 1))),
  ].join('---\n');
}

function driverFor(folders: readonly FoundFolder[], wanted: string | undefined): TargetDriver {
  const holds = (driver: TargetDriver): boolean =>
    folders.some(({ found }) => driverOf(found) === driver);
  const driver =
    targetDrivers.find(({ name }) => name === wanted) ??
    targetDrivers.find(holds) ??
    targetDrivers[0];
  if (driver === undefined) throw new Error('there is no driver');
  return driver;
}

function header(schema: string): string {
  return `# yaml-language-server: $schema=${schema}\n#\n# Says what runs where. Check it with \`fairlead validate\`, see what it would do with \`fairlead plan\`.\n`;
}

function laterLine({ path, found }: FoundFolder): string {
  const at = yamlScalar(path === '' ? '.' : path);
  if (found.kind === 'planned') {
    const { name, words } = found.format;
    return `# ${at}: ${words}; served once the ${name} driver is here.`;
  }
  const driver = driverOf(found);
  const how =
    driver === null
      ? 'for no target that is here'
      : `goes to an environment with a ${driver.proposal.noun} target (spec: {${driver.name}: {}})`;
  return `# ${at}: ${wordsOf(found)}; ${how}.`;
}

function wordsOf(found: Exclude<FoundKind, { readonly kind: 'planned' }>): string {
  return found.kind === 'rendered' ? found.words : found.driver.proposal.words;
}

function document(kind: string, name: string, spec: string): string {
  return `apiVersion: fairlead.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${yamlScalar(name)}\nspec:\n${spec}\n`;
}

function environmentDocument(name: string, index: number, target: string): string {
  const sync =
    index === 0
      ? '  sync: auto # changes go live by themselves'
      : '  sync: approve # each plan waits for a person';
  return document('Environment', name, `  targets: [${target}]\n${sync}`);
}

function applicationDocument(
  { name, path, environments, fields, hasNamespace }: Proposed,
  driver: TargetDriver,
  isStaged: boolean,
): string {
  const lines = [
    `  path: ${yamlScalar(path === '' ? '.' : path)}`,
    `  environments: [${environments.join(', ')}]`,
    ...fields,
    ...(hasNamespace ? [] : driver.proposal.fields(isStaged)),
  ];
  return document('Application', name, lines.join('\n'));
}
