import type { Selector } from '../../../control/api.ts';
import type { Name } from './fleet.ts';

/** The parts of `application@environment`. */
export function selectorOf(name: Name): Selector {
  const [application = '', environment = ''] = name.split('@');
  return { application, environment };
}
