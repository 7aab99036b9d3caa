import { delimiter } from 'node:path';

/** Folders that are named; of more than these only how many there are. */
const named = 2;

/** Where a program was looked for, in short: a PATH may be as long as a page. Goes on after "there is no program x in". */
export function describeSearchPath(path: string): string {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const [only] = folders;
  if (only === undefined) return 'PATH, which is empty';
  if (folders.length === 1) return `${only}, the only folder of PATH`;
  const first = folders.slice(0, named).join(', ');
  const rest = folders.length > named ? ', …' : '';
  return `any of the ${folders.length} folders of PATH (${first}${rest})`;
}
