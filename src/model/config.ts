/** The configuration as typed data: the internal form that every supported `apiVersion` is converted to. */

import type { JsonObject } from './json.ts';
import type { Origin } from './resource.ts';

/** What a source follows. */
export type Follow =
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'tag'; readonly name: string }
  | { readonly kind: 'semver'; readonly range: string }
  | { readonly kind: 'commit'; readonly commit: string };

/** A source: where revisions come from. */
export interface SourceConfig {
  readonly name: string;
  readonly url: string;
  readonly follow: Follow;
  /** Time between polls, before jitter. Default 60 000. */
  readonly intervalMs: number;
  /** Take a tip that does not descend from the last one without asking. Default false. */
  readonly allowForcedPush: boolean;
  /** How to authenticate; values are never in the file. `null`: what Git is set up with. */
  readonly auth: SourceAuth | null;
  /** Commit signatures to demand, or `null`. */
  readonly verify: VerifyConfig | null;
  readonly timeoutMs: number;
  /** A chart of a repository or registry instead of a Git repository; `url` then only names it. */
  readonly chart?: ChartConfig | undefined;
  readonly origin: Origin;
}

/** Where a chart is pulled from. */
export interface ChartConfig {
  readonly kind: 'helm' | 'oci';
  /** Of `helm`: the folder of `index.yaml`, http(s). Of `oci`: the repository of the chart, `oci://host/path/chart`. */
  readonly url: string;
  readonly name: string;
  /** A version or a range (semver); the highest one in it is taken. */
  readonly version: string;
  /** `sha256:…` of the one content that may be taken: of the packed chart, or of its manifest in a registry. Default: any. */
  readonly digest?: string | undefined;
}

/** How to authenticate at a Git server. Names where a secret is, never the secret. */
export type SourceAuth =
  | {
      readonly kind: 'token';
      readonly username: string;
      readonly fromEnv?: string | undefined;
      readonly fromFile?: string | undefined;
    }
  | {
      readonly kind: 'ssh';
      readonly keyFile: string;
      readonly knownHostsFile?: string | undefined;
    };

/** Which signatures a commit must have. */
export interface VerifyConfig {
  readonly kind: 'gpg' | 'ssh';
  /** Files with the keys that are trusted: armoured public keys, or an `allowed_signers` file. */
  readonly keyFiles: readonly string[];
}

/** A place where things run. */
export interface TargetConfig {
  readonly name: string;
  /** Which driver: a name of `targets/registry.ts`. */
  readonly driver: string;
  /** The driver's own settings, checked by the driver. */
  readonly settings: JsonObject;
  readonly origin: Origin;
}

/** Of more to less permissive: an application may only tighten what its environment says. */
export type SyncPolicy = 'auto' | 'approve' | 'manual';

/** A stage: its targets and who decides there. */
export interface EnvironmentConfig {
  readonly name: string;
  readonly targets: readonly string[];
  readonly sync: SyncPolicy;
  /** Deletes need no confirmation by share or count. Default false. */
  readonly ephemeral: boolean;
  readonly origin: Origin;
}

/** When a failed release is tried again: after `initialMs`, each time `factor` times as long, at most `maxMs`. */
export interface RetryConfig {
  /** Attempts after the first before the application waits for a change; `null` goes on for ever (at `maxMs`). */
  readonly limit: number | null;
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** One deployable unit, in all its environments. */
export interface ApplicationConfig {
  readonly name: string;
  /** Names it had before; an inventory under one of them is handed over. */
  readonly previousNames: readonly string[];
  readonly project: string;
  /** Name of a `Source`; empty: the repository that holds this file. */
  readonly source: string;
  /** Further sources by the name that paths have for them: `$name/…`; values are names of `Source`s, as above. */
  readonly sources?: Readonly<Record<string, string>> | undefined;
  /** Folder in the source, `{environment}` replaced when rendered; never starts or ends with a slash, never `..`. */
  readonly path: string;
  /** Line of `spec.path` in the file of `origin`. Default: that of `origin`. */
  readonly pathLine?: number | undefined;
  readonly environments: readonly string[];
  /** `null`: what the environment says. */
  readonly sync: SyncPolicy | null;
  readonly prune: boolean;
  readonly selfHeal: boolean;
  readonly allowEmpty: boolean;
  readonly onRemoval: 'confirm' | 'delete' | 'orphan';
  /** Applications that must be in sync and healthy in the same environment first. */
  readonly dependsOn: readonly string[];
  /** Order between applications without naming them; lower first. Default 0. */
  readonly wave: number;
  readonly retry: RetryConfig;
  readonly timeouts: {
    /** One render. Default 10 000. */
    readonly renderMs: number;
    /** One effect at the target. Default 60 000. */
    readonly applyMs: number;
    /** From the end of a wave until all of it must be healthy. Default 60 000. */
    readonly healthMs: number;
  };
  /** What to do when a change does not become healthy: go back to the last good revision, or stay. Default `revert`. */
  readonly onFailure: 'revert' | 'stay';
  /** Most of the application that a plan may delete unasked, in percent, from three objects up. Default 20. */
  readonly maxPrunePercent: number;
  /** Further checks that must pass before the application counts as healthy. */
  readonly healthChecks: readonly HealthCheckConfig[];
  /** How its charts are rendered. Default: as charts are by themselves. */
  readonly helm?: HelmConfig | undefined;
  /** How it is released to Kubernetes. Default: as its manifests say. */
  readonly kubernetes?: KubernetesConfig | undefined;
  /** Which files of a plain folder count. Default: all, below it too. */
  readonly directory?: DirectoryConfig | undefined;
  /** Filled into what was rendered. Default: nothing is. */
  readonly substitute?: SubstituteConfig | undefined;
  /** Put on every object beside its own labels and annotations, over those of the same name. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly origin: Origin;
}

/** What an application says about Kubernetes beside its manifests. */
export interface KubernetesConfig {
  /** Namespace of what names none; `{environment}` is replaced when rendered. `null`: `default`. */
  readonly namespace: string | null;
  /** Options in Argo CD's words (`CreateNamespace=true`) for all of its resources. */
  readonly syncOptions: readonly string[];
  readonly ignoreDifferences: readonly IgnoreDifference[];
}

/** Fields that others may change; they are made as the source says and left alone from then on. */
interface IgnoreDifference {
  /** `null`: any. */
  readonly group: string | null;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string | null;
  /** RFC 6901. */
  readonly jsonPointers: readonly string[];
  /** Fields that these managers hold at the target. */
  readonly managers: readonly string[];
}

/** Which files of a plain folder are manifests. Patterns are relative to the application's folder. */
export interface DirectoryConfig {
  /** Whether the folders below count. Default true. */
  readonly recursive: boolean;
  /** Globs of files that count; empty: all. */
  readonly include: readonly string[];
  /** Globs of files that do not, whatever `include` says. */
  readonly exclude: readonly string[];
}

/** Variables that are filled in after rendering. */
export interface SubstituteConfig {
  readonly values: Readonly<Record<string, string>>;
  /** By the name of the environment; they count more than `values`. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether a variable without value and default is an error rather than empty. Default true. */
  readonly strict: boolean;
}

/** What a chart is rendered with. */
export interface HelmConfig {
  readonly releaseName: string;
  readonly namespace: string;
  /**
   * Laid over the chart's own values in this order. Relative to the application's folder, from the root of the
   * repository with a leading slash; `{environment}` is replaced when rendered.
   */
  readonly valuesFiles: readonly string[];
  /** Whether a values file that is not there is left out. Default false: it is an error. */
  readonly ignoreMissingValuesFiles: boolean;
  /** Laid over all values files. */
  readonly values: JsonObject;
  readonly crds: boolean;
  /** Whether hooks of the event `test` are part of the application. Default false. */
  readonly tests: boolean;
  /** Version of Kubernetes that charts are told; `null`: what the engine knows. */
  readonly kubeVersion: string | null;
  /** Versions of APIs that charts find beside the built-in ones. */
  readonly apiVersions: readonly string[];
}

/** An application's own check; `timeoutMs` is for one try. */
export type HealthCheckConfig =
  | {
      readonly kind: 'http';
      readonly name: string;
      readonly url: string;
      readonly expectStatus: number;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'tcp';
      readonly name: string;
      readonly host: string;
      readonly port: number;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'exec';
      readonly name: string;
      readonly argv: readonly string[];
      readonly timeoutMs: number;
    };

/** A tenancy boundary: what its applications may use. */
export interface ProjectConfig {
  readonly name: string;
  /** Allowed source URLs (globs); empty: all. */
  readonly sources: readonly string[];
  /** Allowed target names; empty: all. */
  readonly targets: readonly string[];
  /** Allowed kinds (`File`, `host.fairlead.dev/Process`); empty: all. */
  readonly kinds: readonly string[];
  /** Host paths that its applications may touch (prefixes); empty: all. */
  readonly hostPaths: readonly string[];
  /** Kubernetes namespaces that its applications may use (`*` for anything); empty: all. */
  readonly namespaces?: readonly string[];
  /** Who its applications act as at Kubernetes targets; absent: who the target's credentials are for. */
  readonly impersonate?: Impersonation | undefined;
  readonly origin: Origin;
}

/** Another identity at an API server; never an empty one. */
export interface Impersonation {
  /** `system:serviceaccount:NAMESPACE:NAME` for a service account. */
  readonly user: string;
  readonly groups: readonly string[];
}

/** One whole, consistent configuration. Maps are by name. */
export interface Config {
  readonly sources: ReadonlyMap<string, SourceConfig>;
  readonly targets: ReadonlyMap<string, TargetConfig>;
  readonly environments: ReadonlyMap<string, EnvironmentConfig>;
  readonly applications: ReadonlyMap<string, ApplicationConfig>;
  readonly projects: ReadonlyMap<string, ProjectConfig>;
}

/** What there is before any configuration was read. */
export const emptyConfig: Config = {
  sources: new Map(),
  targets: new Map(),
  environments: new Map(),
  applications: new Map(),
  projects: new Map(),
};
