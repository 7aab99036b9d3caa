import type { ApplicationRuntime } from '../../../../src/reconcile/runtime.ts';
import type { Controller } from '../controller.ts';

/** What a controller knows of each application; nothing while it does not run. */
export function runtimes(controller: Controller): readonly ApplicationRuntime[] {
  return [...(controller.engine?.applications.values() ?? [])];
}
