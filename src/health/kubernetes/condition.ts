import type { Json, JsonObject } from '../../model/json.ts';
import { numberAt, objectsAt, textAt } from './object.ts';

/** One entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  /** `True`, `False` or `Unknown`; some operators have words of their own. */
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** Generation that it was judged on, where the controller says so. */
  readonly generation: number | null;
}

/** Conditions of an object, or of a part of its status. */
export function conditionsOf(
  value: Json | undefined,
  ...path: readonly string[]
): readonly Condition[] {
  return objectsAt(value, ...path).map((item) => ({
    type: textAt(item, 'type'),
    status: textAt(item, 'status'),
    reason: textAt(item, 'reason'),
    message: textAt(item, 'message'),
    generation: numberAt(item, 'observedGeneration'),
  }));
}

/** The condition of this type in `status.conditions`, or `null`. */
export function conditionOf(object: JsonObject, type: string): Condition | null {
  return findCondition(conditionsOf(object, 'status', 'conditions'), type);
}

/** The condition of a type; `null` where the object has none. */
export function findCondition(conditions: readonly Condition[], type: string): Condition | null {
  return conditions.find((condition) => condition.type === type) ?? null;
}

/** Whether it is there and says `True`. */
export function isTrue(condition: Condition | null): condition is Condition & { status: 'True' } {
  return condition?.status === 'True';
}

/** Whether it is there and says `False`; one that is not there says nothing. */
export function isFalse(condition: Condition | null): condition is Condition & { status: 'False' } {
  return condition?.status === 'False';
}

/** Whether it was judged on an older generation than the object now has. */
export function isStale(object: JsonObject, condition: Condition): boolean {
  const generation = numberAt(object, 'metadata', 'generation');
  return generation !== null && condition.generation !== null && condition.generation < generation;
}

/** What a condition says, in the words of its controller. */
export function explain(condition: Condition): string {
  const { type, status, reason, message } = condition;
  if (message === '') return reason === '' ? `${type} is ${status || 'not set'}` : reason;
  return reason === '' || message.includes(reason) ? message : `${reason}: ${message}`;
}
