import type { JsonObject } from '../../model/json.ts';
import { builtin } from './builtin/index.ts';
import { compositeRule, isComposite } from './custom/crossplane.ts';
import { custom } from './custom/index.ts';
import { matcherOf } from './match.ts';
import { groupOf, textAt } from './object.ts';
import type { KindRule, Rule } from './rule.ts';

/** Every kind that has a rule of its own, built-in kinds first. */
export const kindRules: readonly KindRule[] = [...builtin, ...custom];

const match = matcherOf(kindRules);

/** The rule for an object; `null` where only the standard conditions tell. */
export function ruleFor(object: JsonObject): Rule | null {
  const rule = match(groupOf(object), textAt(object, 'kind'));
  return rule ?? (isComposite(object) ? compositeRule : null);
}
