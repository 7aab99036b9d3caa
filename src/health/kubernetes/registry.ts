import type { JsonObject } from '../../model/json.ts';
import { builtin } from './builtin/index.ts';
import { custom } from './custom/index.ts';
import { compositeRule, isComposite } from './custom/crossplane.ts';
import { groupOf, textAt } from './object.ts';
import type { KindRule, Rule } from './rule.ts';

/** Every kind that has a rule of its own, built-in kinds first. */
export const kindRules: readonly KindRule[] = [...builtin, ...custom];

const exact = new Map(kindRules.map((rule) => [`${rule.group}/${rule.kind}`, rule]));
const wild = kindRules.filter(({ group }) => group.startsWith('*.'));

/**
 * The rule for an object: that of its group and kind, else that of its whole group, else that of all groups that end
 * like its own; `null` where only the standard conditions tell.
 */
export function ruleFor(object: JsonObject): Rule | null {
  const group = groupOf(object);
  const kind = textAt(object, 'kind');
  return (
    exact.get(`${group}/${kind}`) ??
    exact.get(`${group}/*`) ??
    wild.find((rule) => isLike(rule, group) && rule.kind === kind) ??
    wild.find((rule) => isLike(rule, group) && rule.kind === '*') ??
    (isComposite(object) ? compositeRule : null)
  );
}

function isLike(rule: KindRule, group: string): boolean {
  return group.endsWith(rule.group.slice(1));
}
