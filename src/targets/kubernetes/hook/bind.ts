import { digestOf } from '../../../model/digest.ts';
import type { Hasher } from '../../../model/digest.ts';
import type { JsonObject } from '../../../model/json.ts';
import { resourceKey } from '../../../model/resource.ts';
import type { Desired } from '../../../model/resource.ts';
import { fieldsDigest } from '../../../plan/digest.ts';
import { payloadOf, toPayload } from '../manifest/payload.ts';
import { branch } from '../object/reading.ts';
import { hookIn, hookMember, momentOf, waveOf } from './hook.ts';
import type { Hook } from './hook.ts';

/** Helm's own default, where the hook does not say how long it may take. */
const defaultTimeoutMs = 300_000;
/** For what comes before and after the work itself: pods that are scheduled, objects that are removed. */
const marginMs = 30_000;

/** Makes hooks of what would be a resource like any other: one for each phase in which it runs. */
export function asHooks(desired: Desired, hooks: readonly Hook[]): readonly Desired[] {
  const plain = hooks.find((hook) => momentOf(hook) === 'release');
  return hooks.map((hook, at) => ({
    ...asHook(desired, hook),
    // One object, several places: each run has a record of its own.
    ...(hook !== plain && { locator: { phase: hook.phase } }),
    ...(at > 0 && { claims: [] }),
  }));
}

function asHook(desired: Desired, hook: Hook): Desired {
  const { phase } = hook;
  return {
    ...desired,
    fields: { ...desired.fields, [hookMember]: { phase, only: showEvents(hook) } },
    payload: toPayload({ ...payloadOf(desired), hook }),
    wave: waveOf(hook),
    traits: { workload: false, dataBearing: false, irreversible: true },
    occasion: {
      moment: momentOf(hook),
      words: `${phase} hook`,
      member: hookMember,
      ...(phase === 'Test' && { isTest: true as const }),
    },
    timeoutMs: timeoutOf(desired.fields),
  };
}

/** As inventories have it since there are hooks. */
function showEvents({ events }: Hook): string | null {
  const text = events?.join('+') ?? null;
  return text === 'install+upgrade' ? null : text;
}

/**
 * How long a run may take, in milliseconds: its own `activeDeadlineSeconds` and some time for the cluster to notice,
 * else the default.
 */
export function timeoutOf(fields: JsonObject): number {
  const { activeDeadlineSeconds } = branch(fields['spec']);
  return typeof activeDeadlineSeconds === 'number'
    ? activeDeadlineSeconds * 1_000 + marginMs
    : defaultTimeoutMs;
}

/**
 * Says in each hook of a release what it runs for: a digest of everything else that the application is to be. So it is due
 * whenever that changes, and never because something is healed. One for the first release alone runs for the application
 * itself.
 */
export function bindHooks(hash: Hasher, desired: readonly Desired[]): readonly Desired[] {
  if (desired.every(({ fields }) => hookIn(fields) === null)) return desired;
  const others = desired.filter(({ fields }) => hookIn(fields) === null);
  const parts = others.map(({ id, fields }) => `${resourceKey(id)} ${fieldsDigest(hash, fields)}`);
  const runsFor = digestOf(hash, 'fairlead-hook-v1', parts.toSorted());
  return desired.map((item) => {
    const hook = hookIn(item.fields);
    if (hook === null || hook['only'] === 'install') return item;
    if (item.occasion?.moment !== 'release') return item;
    return { ...item, fields: { ...item.fields, [hookMember]: { ...hook, runsFor } } };
  });
}
