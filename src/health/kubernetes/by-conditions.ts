import type { JsonObject } from '../../model/json.ts';
import type { Health } from '../../model/status.ts';
import { conditionsOf, explain, findCondition, isStale, isTrue } from './condition.ts';
import type { Condition } from './condition.ts';
import { at, flagAt } from './object.ts';
import type { Rule } from './rule.ts';
import { unobserved } from './standard.ts';
import { degraded, healthy, progressing, suspended, verdict } from './verdict.ts';

/** Which conditions of a kind say what. */
interface ByConditions {
  /** All must be True. */
  readonly ready: readonly string[];
  /** Must be True where they are there. */
  readonly readyIfThere?: readonly string[];
  /** What False of those means. Default: Degraded; Unknown is always Progressing. */
  readonly falseIs?: 'Degraded' | 'Progressing';
  /** Reasons with which False is the other of the two. */
  readonly exceptReasons?: readonly string[];
  /** True is Degraded. `Stalled` always is. */
  readonly broken?: readonly string[];
  /** False is Degraded, also when `falseIs` is Progressing. */
  readonly brokenIfFalse?: readonly string[];
  /** Reasons with which anything but True is Degraded, also Unknown. */
  readonly brokenReasons?: readonly string[];
  /** True is Progressing. `Reconciling` always is. */
  readonly busy?: readonly string[];
  /** True is Suspended. */
  readonly paused?: readonly string[];
  /** Fields that suspend it when they are `true`. */
  readonly pausedBy?: readonly (readonly string[])[];
  /** What it is without any of the conditions. Default: Progressing. */
  readonly absentIs?: 'Healthy' | 'Progressing';
  /** Conditions of this kind carry the generation that they are about, and count only for the newest. Default false. */
  readonly perGeneration?: boolean;
}

/** A rule for kinds whose conditions say all. */
export function byConditions(options: ByConditions): Rule {
  return { counts: describe(options), judge: (object) => judge(object, options) };
}

function judge(object: JsonObject, options: ByConditions): Health {
  const flag = options.pausedBy?.find((path) => flagAt(object, ...path));
  if (flag !== undefined) return suspended(`is suspended by ${flag.join('.')}`);
  const early = unobserved(object);
  if (early !== null) return early;
  const conditions = conditionsOf(object, 'status', 'conditions');
  const found = (types: readonly string[]): Condition | undefined =>
    conditions.find((one) => types.includes(one.type) && isTrue(one));
  const paused = found(options.paused ?? []);
  if (paused !== undefined) return suspended(explain(paused));
  const broken = found(['Stalled', ...(options.broken ?? [])]);
  if (broken !== undefined) return degraded(explain(broken));
  const busy = found(['Reconciling', ...(options.busy ?? [])]);
  if (busy !== undefined) return progressing(explain(busy));
  return judgeReady(object, conditions, options);
}

function judgeReady(
  object: JsonObject,
  conditions: readonly Condition[],
  options: ByConditions,
): Health {
  const { ready, readyIfThere = [], perGeneration = false } = options;
  let waiting: Health | null = null;
  let passed: Condition | null = null;
  for (const type of [...ready, ...readyIfThere]) {
    const condition = findCondition(conditions, type);
    if (condition === null) {
      if (ready.includes(type)) waiting ??= progressing(`its controller has not said ${type} yet`);
      continue;
    }
    if (perGeneration && trustsConditions(object) && isStale(object, condition)) {
      waiting ??= progressing(`its controller has not judged ${type} for the newest version yet`);
    } else if (isTrue(condition)) passed = condition;
    else {
      const health = verdict(statusOf(condition, options), explain(condition));
      if (health.status === 'Degraded') return health;
      waiting ??= health;
    }
  }
  if (waiting === null) return healthy(passed === null ? 'is there' : says(passed));
  const nothing = !conditions.some(({ type }) => ready.includes(type));
  return nothing && options.absentIs === 'Healthy' ? healthy('is there') : waiting;
}

/** Where the status as a whole names the newest generation, its conditions are about that. */
function trustsConditions(object: JsonObject): boolean {
  return at(object, 'status', 'observedGeneration') === undefined;
}

function statusOf(condition: Condition, options: ByConditions): 'Degraded' | 'Progressing' {
  const {
    falseIs = 'Degraded',
    exceptReasons = [],
    brokenIfFalse = [],
    brokenReasons = [],
  } = options;
  if (brokenReasons.includes(condition.reason)) return 'Degraded';
  if (condition.status !== 'False') return 'Progressing';
  if (brokenIfFalse.includes(condition.type)) return 'Degraded';
  if (!exceptReasons.includes(condition.reason)) return falseIs;
  return falseIs === 'Degraded' ? 'Progressing' : 'Degraded';
}

function says(condition: Condition): string {
  return condition.message === '' ? `${condition.type} is True` : condition.message;
}

function describe(options: ByConditions): string {
  const { ready, readyIfThere = [], falseIs = 'Degraded', exceptReasons = [] } = options;
  const list = (types: readonly string[], join: string): string =>
    types.map((type) => `\`${type}\``).join(join);
  const parts = [
    ready.length === 0 ? 'being there is Healthy' : `${list(ready, ' and ')} True is Healthy`,
  ];
  if (readyIfThere.length > 0) parts.push(`so must be ${list(readyIfThere, ', ')} if there`);
  const other = falseIs === 'Degraded' ? 'Progressing' : 'Degraded';
  const except =
    exceptReasons.length === 0 ? '' : ` (${other} with ${list(exceptReasons, ' or ')})`;
  if (ready.length + readyIfThere.length > 0) parts.push(`False is ${falseIs}${except}`);
  const { broken = [], busy = [], paused = [], pausedBy = [] } = options;
  const { brokenIfFalse = [], brokenReasons = [] } = options;
  if (brokenIfFalse.length > 0) parts.push(`${list(brokenIfFalse, ' or ')} False is Degraded`);
  if (brokenReasons.length > 0) parts.push(`the reason ${list(brokenReasons, ' or ')} is Degraded`);
  if (broken.length > 0) parts.push(`${list(broken, ' or ')} True is Degraded`);
  if (busy.length > 0) parts.push(`${list(busy, ' or ')} True is Progressing`);
  const pauses = [...paused.map((type) => `${type} True`), ...pausedBy.map((p) => p.join('.'))];
  if (pauses.length > 0) parts.push(`${list(pauses, ' or ')} is Suspended`);
  if (options.absentIs === 'Healthy') parts.push('without conditions it is Healthy');
  return parts.join('; ');
}
