import { commands } from './commands.ts';
import { controllers } from './controllers.ts';
import { deletes } from './deletes.ts';
import { input } from './input.ts';
import { limits } from './limits.ts';
import { names } from './names.ts';
import { moves } from './moves.ts';
import { snapshots } from './snapshots.ts';
import { admission } from './kubernetes/admission.ts';
import { access } from './kubernetes/access.ts';
import { hooks } from './kubernetes/hooks.ts';
import { kinds } from './kubernetes/kinds.ts';
import { parts } from './kubernetes/parts.ts';
import { takingOver } from './kubernetes/taking-over.ts';
import { ownership } from './kubernetes/ownership.ts';
import { watching } from './kubernetes/watching.ts';
import { people } from './people.ts';
import { wholeCommits } from './whole-commits.ts';
import type { Scenario } from './stage.ts';

export const scenarios: readonly Scenario[] = [
  ...limits,
  ...deletes,
  ...people,
  ...wholeCommits,
  ...controllers,
  ...input,
  ...names,
  ...moves,
  ...snapshots,
  ...watching,
  ...ownership,
  ...kinds,
  ...takingOver,
  ...access,
  ...admission,
  ...parts,
  ...hooks,
  ...commands,
];
