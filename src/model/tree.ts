import type { ResourceId } from './resource.ts';
import type { Health } from './status.ts';

/** What could be seen of a target's things, and what could not. */
export interface Forest {
  /** One for each resource that was asked for; `null`: it is not there, or may not be looked at. */
  readonly nodes: readonly (TreeNode | null)[];
  /** Why something may be missing, as sentences: what may not be listed or looked at. Empty: nothing is. */
  readonly unseen: readonly string[];
}

/** A thing at a target and what it owns, down to what runs. */
export interface TreeNode {
  readonly id: ResourceId;
  readonly health: Health;
  readonly children: readonly TreeNode[];
}
