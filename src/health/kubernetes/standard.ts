import type { JsonObject } from '../../model/json.ts';
import type { Health } from '../../model/status.ts';
import { conditionOf, explain, isTrue } from './condition.ts';
import { at, numberAt, textAt, textsAt } from './object.ts';
import { degraded, healthy, progressing } from './verdict.ts';

/**
 * What holds for every object, whatever its kind: the rules of kstatus.
 *
 * Source: https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */

/** An object that is being deleted, with what holds that up; else `null`. */
export function deletionOf(object: JsonObject): Health | null {
  if (textAt(object, 'metadata', 'deletionTimestamp') === '') return null;
  const finalizers = textsAt(object, 'metadata', 'finalizers');
  if (finalizers.length === 0) return progressing('is being deleted');
  const noun = finalizers.length === 1 ? 'its finalizer' : 'its finalizers';
  return progressing(`is being deleted, which waits for ${noun} ${finalizers.join(', ')}`);
}

/** An object whose controller has not looked at its newest version; else `null`. */
export function unobserved(object: JsonObject): Health | null {
  const generation = numberAt(object, 'metadata', 'generation');
  const observed = generationIn(object);
  if (generation === null || observed === null || observed === generation) return null;
  return progressing(
    `its controller has seen generation ${observed}, but generation ${generation} is newest`,
  );
}

/** The same for built-in controllers, which always say what they have seen: nothing means that they have not looked. */
export function unobservedByController(object: JsonObject): Health | null {
  if (generationIn(object) === null || generationIn(object) === 0)
    return progressing('its controller has not looked at it yet');
  return unobserved(object);
}

/** Argo Rollouts writes the number as text; before version 0.10 it was a hash, which may look like a larger number. */
function generationIn(object: JsonObject): number | null {
  const found = at(object, 'status', 'observedGeneration');
  if (typeof found !== 'string') return numberAt(object, 'status', 'observedGeneration');
  const number = /^\d{1,15}$/.test(found) ? Number(found) : Infinity;
  return number <= (numberAt(object, 'metadata', 'generation') ?? 0) ? number : null;
}

/** Any object, by generation and the conditions Stalled, Reconciling and Ready. */
export function judgeByStandard(object: JsonObject): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const stalled = conditionOf(object, 'Stalled');
  if (isTrue(stalled)) return degraded(explain(stalled));
  const reconciling = conditionOf(object, 'Reconciling');
  if (isTrue(reconciling)) return progressing(explain(reconciling));
  const ready = conditionOf(object, 'Ready');
  if (ready === null || ready.status === '') return healthy('is there');
  return isTrue(ready) ? healthy('is ready') : progressing(explain(ready));
}
