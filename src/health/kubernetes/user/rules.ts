import { isJsonObject } from '../../../model/json.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { matcherOf } from '../match.ts';
import { groupOf, textAt } from '../object.ts';
import type { Rule } from '../rule.ts';
import { unknown } from '../verdict.ts';
import { compileCelRule } from './cel.ts';
import type { CelRule } from './cel.ts';
import { compileLua } from './lua/lua.ts';

/** A user's rule for one kind; it has `cel` or `lua`. */
export interface HealthRule {
  /** Group of the kind, empty for the core one; `*.example.org` for all groups that end so. */
  readonly group: string;
  /** `*` for every kind of the group that has no rule of its own. */
  readonly kind: string;
  readonly cel?: CelRule | undefined;
  /** A script in the style of Argo CD. */
  readonly lua?: string | undefined;
}

/** What of a rule cannot be read. */
export interface HealthRuleProblem {
  /** The part that is wrong, as a path in the rule. */
  readonly path: readonly string[];
  readonly message: string;
  /** Line in that part, from 1. */
  readonly line: number;
}

/** A rule ready to judge, or the first thing that is wrong with it. */
export type CompiledHealthRule =
  | { readonly ok: true; readonly value: Rule['judge'] }
  | { readonly ok: false; readonly problem: HealthRuleProblem };

/** Reads one rule. */
export function compileHealthRule({
  cel,
  lua,
}: Pick<HealthRule, 'cel' | 'lua'>): CompiledHealthRule {
  if (lua !== undefined) {
    const compiled = compileLua(lua);
    return compiled.ok ? compiled : { ok: false, problem: { ...compiled.problem, path: ['lua'] } };
  }
  if (cel === undefined)
    return { ok: false, problem: { path: [], message: 'has neither cel nor lua', line: 1 } };
  const compiled = compileCelRule(cel);
  return compiled.ok
    ? compiled
    : { ok: false, problem: { ...compiled.problem, path: ['cel', compiled.field] } };
}

/**
 * A Secret as a rule sees it: which keys it has, not what they hold, because what a rule says is shown and kept. The same
 * values stand in the annotation that kubectl leaves.
 */
function withoutSecrets(object: JsonObject): JsonObject {
  if (groupOf(object) !== '' || textAt(object, 'kind') !== 'Secret') return object;
  const { metadata, data, stringData, ...rest } = object;
  const keys = Object.keys({ ...asObject(data), ...asObject(stringData) });
  const { annotations: _, ...shown } = asObject(metadata);
  return { ...rest, metadata: shown, data: Object.fromEntries(keys.map((key) => [key, ''])) };
}

function asObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/**
 * The rules of a user as `healthOf` takes them. One that cannot be read, which configuration does not let through, makes
 * its objects Unknown; it is never passed over in favour of a rule that the user did not mean.
 */
export function userRules(rules: readonly HealthRule[]): (object: JsonObject) => Rule | null {
  const match = matcherOf(
    rules.map((rule) => {
      const compiled = compileHealthRule(rule);
      const judge: Rule['judge'] = compiled.ok
        ? (object, owned) => compiled.value(withoutSecrets(object), owned)
        : () => unknown(`its health rule cannot be read: ${compiled.problem.message}`);
      return { group: rule.group, kind: rule.kind, counts: 'what its user says', judge };
    }),
  );
  return (object) => match(groupOf(object), textAt(object, 'kind'));
}
