import { applications } from './applications.ts';
import type { DriverName } from '../git/model.ts';
import { clusters } from './clusters.ts';
import { controllers } from './controllers.ts';
import { documents } from './documents.ts';
import { drift } from './drift.ts';
import { faults } from './faults.ts';
import { history } from './history.ts';
import type { Operation } from './operation.ts';
import { people } from './people.ts';
import { runs } from './runs.ts';
import { things } from './things.ts';

/** What can happen whatever the targets are. */
const operations: readonly Operation[] = [
  ...things,
  ...applications,
  ...history,
  ...drift,
  ...faults,
  ...controllers,
  ...people,
  ...runs,
  ...documents,
];

/** What can happen where targets are of a driver. */
export function operationsOf(driver: DriverName): readonly Operation[] {
  return driver === 'host' ? operations : [...operations, ...clusters];
}

/** @throws Error for a name that is not in the list. */
export function operationOf(name: string): Operation {
  const found = operationsOf('kubernetes').find((one) => one.name === name);
  if (found === undefined) throw new Error(`no operation is called ${name}`);
  return found;
}
