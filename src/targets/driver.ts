import type { Driver } from '../config/driver.ts';
import type { TargetOptions } from './options.ts';
import type { Target } from './target.ts';

/** What `fairlead init` proposes for targets of a driver. */
export interface TargetProposal {
  /** Name of the Target. */
  readonly name: string;
  /** Its kind of target, in a sentence: `a host target`. */
  readonly noun: string;
  /** What a folder of its manifests is, in a sentence. */
  readonly words: string;
  /** Whether a file that begins like this is one of its manifests. */
  readonly isManifest: (head: string) => boolean;
  /** Parts of paths that say nothing about what an application is; `null`: all may. */
  readonly generic: RegExp | null;
  /**
   * Lines of the `spec` of its Target, indented by two.
   * @param context of the kubeconfig; always absent where `hasContext` is not set.
   */
  readonly target: (context: string | undefined) => string;
  /** Whether a context says which one it is. Default false. */
  readonly hasContext?: boolean;
  /** Whether manifests of these beginnings say which namespace they belong to. */
  readonly namesNamespace: (heads: readonly string[]) => boolean;
  /** Lines of the `spec` of an Application whose objects name no namespace, where it may have several environments. */
  readonly fields: (isStaged: boolean) => readonly string[];
  /** A comment that stands where no application was found. */
  readonly placeholder: string;
}

/** A kind of target, with all that others have to know of it. Each is a folder, and a line in the registry. */
export interface TargetDriver extends Driver {
  /**
   * Opens one target. Loads what that takes only then: who has none of a kind does not wait for it.
   * @throws FairleadError where it is misconfigured or cannot be reached.
   */
  readonly open: (options: TargetOptions) => Promise<Target>;
  readonly proposal: TargetProposal;
}
