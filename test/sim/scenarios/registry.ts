import { controllers } from './controllers.ts';
import { deletes } from './deletes.ts';
import { input } from './input.ts';
import { limits } from './limits.ts';
import { names } from './names.ts';
import { people } from './people.ts';
import type { Scenario } from './stage.ts';

export const scenarios: readonly Scenario[] = [
  ...limits,
  ...deletes,
  ...people,
  ...controllers,
  ...input,
  ...names,
];
