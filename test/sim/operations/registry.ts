import { applications } from './applications.ts';
import { controllers } from './controllers.ts';
import { drift } from './drift.ts';
import { faults } from './faults.ts';
import { history } from './history.ts';
import type { Operation } from './operation.ts';
import { people } from './people.ts';
import { things } from './things.ts';

/** Everything that can happen in a schedule. */
export const operations: readonly Operation[] = [
  ...things,
  ...applications,
  ...history,
  ...drift,
  ...faults,
  ...controllers,
  ...people,
];

/** @throws Error for a name that is not in the list. */
export function operationOf(name: string): Operation {
  const found = operations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no operation is called ${name}`);
  return found;
}
