import { Environment, ParseError } from '@marcbachmann/cel-js';
import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { at } from '../object.ts';
import { unobserved } from '../standard.ts';
import { degraded, healthy, progressing, unknown } from '../verdict.ts';
import { Budget, maxSourceLength } from './budget.ts';
import { guard, registerGuards } from './cel-guard.ts';
import { toCelVariables } from './cel-values.ts';
import { lineOf, messageOf, refused } from './problem.ts';
import type { Compiled, RuleProblem } from './problem.ts';

/** Expressions over an object's top-level fields, each true or false, in the words of Flux's `healthCheckExprs`. */
export interface CelRule {
  readonly current: string;
  readonly inProgress?: string | undefined;
  readonly failed?: string | undefined;
}

type CelField = 'current' | 'inProgress' | 'failed';

type Judge = (object: JsonObject) => Health;

/** A rule, or the first expression that cannot be read. */
type CompiledCelRule =
  | { readonly ok: true; readonly value: Judge }
  | { readonly ok: false; readonly problem: RuleProblem; readonly field: CelField };

type Test = (variables: Record<string, unknown>, budget: Budget) => boolean;

/** Reads one expression. Syntax and types are checked, names are not: fields differ from object to object. */
function compileCel(source: string): Compiled<Test> {
  if (source.length > maxSourceLength)
    return refused(`is longer than ${maxSourceLength} characters`);
  let current: Budget | null = null;
  try {
    const environment = new Environment({
      unlistedVariablesAreDyn: true,
      homogeneousAggregateLiterals: false,
      enableOptionalTypes: true,
      limits: { maxAstNodes: 2000, maxDepth: 60, maxListElements: 500, maxMapEntries: 500 },
    });
    const written = environment.parse(source);
    const checked = written.check();
    if (checked.error !== undefined) throw checked.error;
    if (checked.type !== 'bool' && checked.type !== 'dyn')
      return refused(`gives ${checked.type ?? 'something'}, but must be true or false`);
    registerGuards(environment, () => (current ??= new Budget()));
    const guarded = environment.parse(guard(written.ast));
    return {
      ok: true,
      value: (variables, budget) => {
        current = budget;
        const value: unknown = guarded(variables);
        // An error inside `exists` or `||` may be made up for, one for want of budget may not.
        budget.spend(0);
        if (typeof value !== 'boolean')
          throw new TypeError('it gives something else than true or false');
        return value;
      },
    };
  } catch (error) {
    const range = (error as { range?: { start?: unknown } }).range;
    const offset = typeof range?.start === 'number' ? range.start : 0;
    const what = error instanceof ParseError ? 'is not CEL' : 'cannot be used';
    return refused(`${what}: ${messageOf(error)}`, lineOf(source, offset));
  }
}

/**
 * A rule of CEL expressions, judged as Flux does: first the generation, then inProgress, failed, current; none of them is
 * Progressing. An error in one of them is Unknown.
 *
 * Source: https://github.com/fluxcd/flux2/blob/main/rfcs/0009-custom-health-checks/README.md
 */
export function compileCelRule(rule: CelRule): CompiledCelRule {
  const tests: [CelField, Test][] = [];
  for (const field of ['inProgress', 'failed', 'current'] as const) {
    const source = rule[field];
    if (source === undefined) continue;
    const compiled = compileCel(source);
    if (!compiled.ok) return { ...compiled, field };
    tests.push([field, compiled.value]);
  }
  return { ok: true, value: (object) => judge(object, tests) };
}

function judge(object: JsonObject, tests: readonly (readonly [CelField, Test])[]): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const budget = new Budget();
  const variables = toCelVariables(object, budget);
  if (variables === null) return unknown('is too large for its CEL rule');
  for (const [field, test] of tests) {
    try {
      if (test(variables, budget)) return verdicts[field]();
    } catch (error) {
      // Expressions are written for objects that a controller has looked at.
      if (at(object, 'status') === undefined && !budget.isSpent)
        return progressing('its controller has not looked at it yet');
      return unknown(`its CEL rule \`${field}\` failed: ${messageOf(error)}`);
    }
  }
  return progressing('its CEL rule says neither failed nor current');
}

const verdicts: Record<CelField, () => Health> = {
  inProgress: () => progressing('its CEL rule says that it is in progress'),
  failed: () => degraded('its CEL rule says that it failed'),
  current: () => healthy('its CEL rule says that it is current'),
};
