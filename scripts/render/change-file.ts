import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Changes places of a file that is not ours.
 * @param to Where the changed text goes; default: to the same file.
 * @throws Error when a place is not there exactly once: another version has to be looked at first.
 */
export function changeFile(
  path: string,
  changes: readonly (readonly [from: string, to: string])[],
  to = path,
): void {
  let text = readFileSync(path, 'utf8');
  for (const [from, into] of changes) {
    const parts = text.split(from);
    if (parts.length !== 2) {
      throw new Error(`${path} has ${from} ${parts.length - 1} times, not once`);
    }
    text = parts.join(into);
  }
  writeFileSync(to, text);
}
