import type { ResourceId } from './resource.ts';
import type { Health } from './status.ts';

/** A thing at a target and what it owns, down to what runs. */
export interface TreeNode {
  readonly id: ResourceId;
  readonly health: Health;
  readonly children: readonly TreeNode[];
}
