/** One planted defect: a unified diff, and above it in words what is wrong and which rule it breaks. */
export interface Defect {
  readonly name: string;
  /** Why this is a mistake that somebody could make. */
  readonly why: string;
  readonly files: readonly FilePatch[];
}

interface FilePatch {
  /** From the root of the checkout. */
  readonly file: string;
  readonly hunks: readonly Hunk[];
}

/** Lines to find, and lines to put there. Where they stand does not matter, only that they are there once. */
interface Hunk {
  readonly find: string;
  readonly replace: string;
}

/** Reads a patch as `git diff` prints it. @throws Error for what is none. */
export function parseDefect(name: string, text: string): Defect {
  const [why = '', ...rest] = text.split(/^(?=--- )/m);
  const files = rest.map((part): FilePatch => {
    const lines = part.split('\n');
    const file = /^\+\+\+ b\/(?<path>\S+)/.exec(lines[1] ?? '')?.groups?.['path'];
    if (file === undefined) throw new Error(`${name}: no file is named after +++ b/`);
    const hunks: { find: string[]; replace: string[] }[] = [];
    for (const line of lines.slice(2)) {
      const hunk = hunks.at(-1);
      if (line.startsWith('@@')) hunks.push({ find: [], replace: [] });
      else if (line.startsWith('diff ') || line.startsWith('index ') || line === '') continue;
      else if (hunk === undefined) throw new Error(`${name}: ${line} stands in no hunk`);
      else if (line.startsWith('-')) hunk.find.push(line.slice(1));
      else if (line.startsWith('+')) hunk.replace.push(line.slice(1));
      else if (line.startsWith(' ')) {
        hunk.find.push(line.slice(1));
        hunk.replace.push(line.slice(1));
      } else throw new Error(`${name}: ${line} is no line of a patch`);
    }
    return {
      file,
      hunks: hunks.map(({ find, replace }) => ({
        find: find.join('\n'),
        replace: replace.join('\n'),
      })),
    };
  });
  if (files.length === 0 || why.trim() === '')
    throw new Error(`${name}: it needs a reason in words and at least one file`);
  return { name, why: why.replace(/^diff .*$|^index .*$/gm, '').trim(), files };
}

/** The text with a defect in it. @throws Error when the code has moved away from under the patch. */
export function applyHunks(name: string, file: FilePatch, text: string): string {
  let changed = text;
  for (const { find, replace } of file.hunks) {
    const places = countPlaces(`\n${changed}`, `\n${find}\n`);
    if (places !== 1) {
      throw new Error(
        `${name} does not apply to ${file.file}: what it replaces stands there ${places} times\n${find}`,
      );
    }
    changed = `\n${changed}`.replace(`\n${find}\n`, () => `\n${replace}\n`).slice(1);
  }
  return changed;
}

/** How often `part` stands in `text`; two places may share a line break. */
function countPlaces(text: string, part: string): number {
  let places = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) places += 1;
  return places;
}
