import type { JsonObject } from '../../model/json.ts';
import type { Health } from '../../model/status.ts';

/** How objects of one sort are judged. */
export interface Rule {
  /** What counts, in one line of Markdown for the reference. */
  readonly counts: string;
  /**
   * Health of an object that is not being deleted. `owned` are objects that it owns (pods of a Deployment), as far as
   * the caller knows them: they only make the sentence better.
   */
  readonly judge: (object: JsonObject, owned: readonly JsonObject[]) => Health;
  /** What holds up the deletion of an object, where its status tells. Default: its finalizers. */
  readonly deleting?: (object: JsonObject) => Health | null;
}

/** A rule and the kind that it is for. */
export interface KindRule extends Rule {
  /** The group, empty for the core one; `*.example.org` stands for all groups that end so. */
  readonly group: string;
  /** The kind; `*` stands for every kind of the group that has no rule of its own. */
  readonly kind: string;
}

/** The same rule for some kinds of a group. */
export function kinds(group: string, names: readonly string[], rule: Rule): readonly KindRule[] {
  return names.map((kind) => ({ group, kind, ...rule }));
}
