import { isJsonObject } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Health } from '../../model/status.ts';
import { ruleFor } from './registry.ts';
import type { Rule } from './rule.ts';
import { deletionOf, judgeByStandard } from './standard.ts';
import { unknown } from './verdict.ts';

/** What is known beside the object itself. */
export interface HealthContext {
  /** Rules of the user, which come before our own; `null` for an object that they say nothing about. */
  readonly ruleFor?: (object: JsonObject) => Rule | null;
  /**
   * Objects that it owns, directly or not (pods of a Deployment or a Job), as far as they are known. They never change
   * the status, only the sentence: it names the pod that is not ready, and why.
   */
  readonly owned?: readonly JsonObject[];
}

/**
 * Health of any Kubernetes object, as the API server gives it, and one sentence why, to be read after the object's name.
 * A user's rule comes first, then that of the kind, then the standard conditions (kstatus). Never throws.
 */
export function healthOf(object: JsonObject, context: HealthContext = {}): Health {
  if (!isJsonObject(object)) return unknown('is not an object');
  const rule = context.ruleFor?.(object) ?? ruleFor(object);
  const deletion = deletionOf(object);
  if (deletion !== null) return rule?.deleting?.(object) ?? deletion;
  return rule === null ? judgeByStandard(object) : rule.judge(object, context.owned ?? []);
}
