import { whereAt } from '../cluster/things.ts';
import type { SyncPolicy } from '../../../src/model/config.ts';

/**
 * What a commit means, as plain data. Files are made from it and the engine reads those; the judge looks here, so
 * it needs none of the engine's code to know what should be live.
 */
export interface RepositoryModel {
  /** What the targets are: places in memory, or clusters. */
  readonly driver: DriverName;
  readonly applications: readonly ApplicationModel[];
  readonly environments: readonly EnvironmentModel[];
  /** What is wrong with the configuration files; `null`: nothing. */
  readonly configFault: ConfigFault | null;
  /** Whether the projects have no document any more. Default false. */
  readonly withoutProjects?: boolean;
}

export type DriverName = 'host' | 'kubernetes';

type ConfigFault =
  /** The file is no YAML: nothing in it can be told by name. */
  | { readonly kind: 'syntax' }
  /** The file is not there. */
  | { readonly kind: 'missing' }
  /** One document has an unknown field. */
  | { readonly kind: 'document'; readonly application: string };

export interface EnvironmentModel {
  readonly name: string;
  readonly targets: readonly string[];
  readonly sync: SyncPolicy;
  readonly ephemeral: boolean;
}

export interface ApplicationModel {
  readonly name: string;
  /** Folder in the repository; does not change when the application is renamed. */
  readonly folder: string;
  readonly environments: readonly string[];
  readonly things: readonly ThingModel[];
  /** What is run beside them. Default: nothing. */
  readonly runs?: readonly RunModel[];
  /** What is wrong with its manifests; `null`: nothing. */
  readonly fault: ManifestFault | null;
  readonly settings: ApplicationSettings;
}

export interface ApplicationSettings {
  readonly sync: SyncPolicy | null;
  readonly prune: boolean;
  readonly selfHeal: boolean;
  readonly allowEmpty: boolean;
  readonly onRemoval: 'confirm' | 'delete' | 'orphan';
  readonly onFailure: 'revert' | 'stay';
  readonly dependsOn: readonly string[];
  readonly previousNames: readonly string[];
  readonly wave: number;
  readonly maxPrunePercent: number;
  /** `null`: no limit. */
  readonly retryLimit: number | null;
  readonly healthCheck: boolean;
  /** Project whose name its applications act under at clusters; `null`: the controller's own. */
  readonly project: string | null;
  /** What `${word}` in values of its things stands for; `null`: nothing is filled in. */
  readonly substitute: { readonly values: { readonly word: string } } | null;
  /** Follows the folder's name in the document's path; manifests are nowhere else. Default: nothing. */
  readonly variant: string;
}

/** A value as it is live. */
export function filledIn({ settings }: ApplicationModel, value: string): string {
  return settings.substitute === null
    ? value
    : value.replaceAll('${word}', settings.substitute.values.word);
}

/** Where an application's manifests for an environment are in the repository. */
export function manifestsAt({ folder, settings }: ApplicationModel, environment: string): string {
  return `apps/${folder}${settings.variant}/${environment}`;
}

/** Projects whose applications act as a user of the same name. */
export const projectNames: readonly string[] = ['team'];

export type ManifestFault =
  /** One file is no JSON. */
  | 'syntax'
  /** One manifest is of a kind that the target does not know. */
  | 'unknown-kind'
  /** Two files declare the same resource. */
  | 'duplicate'
  /** The folder is not there. */
  | 'missing'
  /** The folder is there and holds no manifest. */
  | 'empty';

/** The last two are at clusters alone: a kind of its own, and an object of that. */
export type ThingKind = 'Thing' | 'Worker' | 'Volume' | 'Task' | 'Definition' | 'Gadget';

export interface ThingModel {
  readonly kind: ThingKind;
  readonly name: string;
  /** Where it is at the target, below `environment/folder/` (or `environment/shared/`). */
  readonly at: string;
  readonly value: string;
  /** A second owned field that comes and goes. */
  readonly note: string | null;
  /** Name of a secret that the target holds. */
  readonly secret: string | null;
  readonly wave: number;
  readonly prune: boolean;
  /** Of a Task at a cluster: the version that its manifest is written in. Default: the first. */
  readonly version?: string;
}

/** A hook at a cluster, a Command with a check at a host. */
export interface RunModel {
  readonly name: string;
  /** When a hook runs. */
  readonly phase: RunPhase;
  /** What becomes of the Job that a hook is. */
  readonly deletion: 'BeforeHookCreation' | 'HookSucceeded' | 'HookFailed';
  /** What it runs. A bad one never ends well. */
  readonly value: string;
  /** Name of the thing that the check of a Command looks at; `null`: none. */
  readonly watches: string | null;
  readonly wave: number;
}

export type RunPhase = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail' | 'PreDelete' | 'PostDelete';

/** What is run by a commit, whatever else is wrong with it. */
export function runsOf({ runs = [], fault }: ApplicationModel): readonly RunModel[] {
  return fault === 'empty' ? [] : runs;
}

/** Whether a release with it can never end well. */
export function failsReleases(driver: DriverName, { phase, value }: RunModel): boolean {
  const isOfReleases = phase === 'PreSync' || phase === 'Sync' || phase === 'PostSync';
  return isBad(value) && (driver === 'host' || isOfReleases);
}

/** All targets; every configuration declares them, whether or not an environment uses them. */
export const targetNames: readonly string[] = ['east', 'west', 'south'];

export const defaultSettings: ApplicationSettings = {
  sync: null,
  prune: true,
  selfHeal: true,
  allowEmpty: false,
  onRemoval: 'confirm',
  onFailure: 'revert',
  dependsOn: [],
  previousNames: [],
  wave: 0,
  maxPrunePercent: 20,
  retryLimit: null,
  healthCheck: false,
  project: null,
  substitute: null,
  variant: '',
};

/** A value that makes a Worker unhealthy for good. */
export function isBad(value: string): boolean {
  return value.startsWith('bad');
}

/** Marks a place that does not belong to one application's folder. */
export const sharedPrefix = 'shared-';

/** Where what is run is at a target. */
export function placeOfRun(
  driver: DriverName,
  environment: string,
  { folder }: ApplicationModel,
  { name }: RunModel,
): string {
  return driver === 'host'
    ? `${environment}/${folder}/${name}`
    : `Job/${environment}-${folder}/${name}`;
}

/** Where a thing is at a target. */
export function placeOfThing(
  driver: DriverName,
  environment: string,
  application: ApplicationModel,
  { kind, at, secret }: ThingModel,
): string {
  const folder = at.startsWith(sharedPrefix) ? 'shared' : application.folder;
  return driver === 'host'
    ? `${environment}/${folder}/${at}`
    : whereAt(kind, secret !== null, `${environment}-${folder}`, at);
}
