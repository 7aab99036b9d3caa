import { editValue } from './commits.ts';
import { crash, start } from './controllers.ts';
import { editLive } from './drift.ts';
import type { Operation } from './operation.ts';

/** Everything that can happen in a schedule. */
export const operations: readonly Operation[] = [editValue, editLive, crash, start];

/** @throws Error for a name that is not in the list. */
export function operationOf(name: string): Operation {
  const found = operations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no operation is called ${name}`);
  return found;
}
