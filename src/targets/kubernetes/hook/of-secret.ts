import type { Desired } from '../../../model/resource.ts';
import { asHooks } from './bind.ts';
import { momentOf } from './hook.ts';
import type { Hook } from './hook.ts';

/**
 * A hook that holds secret values. Delete hooks are made from the record, which holds no secret: so such a one is kept up
 * with the application like any other object, is there when the others run, and goes after them.
 */
export function asSecretHooks(
  desired: Desired,
  hooks: readonly Hook[],
  warn: (sentence: string) => void,
): readonly Desired[] {
  const others = hooks.filter((hook) => {
    const moment = momentOf(hook);
    return moment === 'release' || moment === 'failure';
  });
  if (others.length === hooks.length) return asHooks(desired, hooks);
  if (others.length === 0) {
    return [{ ...desired, deletion: { ...desired.deletion, last: 'all' } }];
  }
  if (others.some(({ deletions }) => deletions.includes('HookSucceeded')))
    warn('its values are on no record, so it is not made anew when the application is removed');
  return asHooks(desired, others);
}
