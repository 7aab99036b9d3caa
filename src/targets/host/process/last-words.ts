import { sizeOf } from './log-file.ts';
import { tailOf } from './log-lines.ts';

const lookedAtLines = 40;
const maxChars = 300;

/** A line that names what went wrong, rather than where. */
const telling = /^(?:.{0,40}[\s:[])?(?:\w*(?:error|exception)|fatal|panic|failed)\b/i;

/**
 * The line of a log that most likely says why its process ended: the last one that names an error, else the last one.
 * @param from where the output of this process begins, in bytes.
 * @param secrets values that are blotted out.
 * @param limits folders that the project may touch; empty: all.
 */
export async function lastWordsOf(
  path: string,
  from: number,
  secrets: readonly string[],
  limits: readonly string[] = [],
): Promise<string> {
  const size = await sizeOf(path);
  const begin = from <= size ? from : 0;
  const lines = (await tailOf(path, limits, begin, size, lookedAtLines))
    // oxlint-disable-next-line no-control-regex
    .map((line) => line.replaceAll(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u001f\u007f]/g, ' ').trim())
    .filter((line) => line !== '');
  let words = lines.findLast((line) => telling.test(line)) ?? lines.at(-1) ?? '';
  for (const secret of secrets) {
    if (secret !== '') words = words.replaceAll(secret, '«secret»');
  }
  return words.length <= maxChars ? words : `${words.slice(0, maxChars)}…`;
}
