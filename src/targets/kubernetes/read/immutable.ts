import type { StatusCause } from '../client/failure.ts';

/** How much of the server's words for one field is passed on, in characters. */
const maxWords = 200;

/** What a server says that cannot be changed. */
interface Immutable {
  /** Every field of it, in half a sentence. */
  readonly words: string;
  /** Whether that is all that speaks against the wish, so that the object could be made anew. */
  readonly isAll: boolean;
}

/**
 * What cannot be changed in place; `null`: nothing is said of that. The server has no reason of its own for it: the words of
 * its validation are all there is.
 */
export function immutableIn(causes: readonly StatusCause[]): Immutable | null {
  const found = causes.filter(({ message }) => isAboutChange.test(message));
  if (found.length === 0) return null;
  const plain = new Set<string>();
  const others = new Set<string>();
  for (const { field, message } of found) {
    if (isPlain.test(message)) plain.add(field);
    else others.add(`${field}: ${wordsOf(message)}`);
  }
  const names = [...plain];
  const verb = names.length === 1 ? 'is' : 'are';
  const parts = [...others];
  if (names.length > 0) parts.unshift(`${listed(names)} ${verb} immutable`);
  return { words: parts.join('; '), isAll: found.length === causes.length };
}

const isPlain = /immutable$/;
/** What an object may say from the start, and may not become. */
const isAboutChange =
  /immutable|may not (?:be )?change|cannot be changed|cannot change \S+$|can only be modified in tandem|can ?not be less than (?:status\.|previous)|updates to \S+ (?:spec for fields other than .* )?are forbidden/is;

/** The sentence itself: before it stands the value, after it a difference in Go's own notation. */
function wordsOf(message: string): string {
  const [line = ''] = message.split('\n');
  const words = line.replace(/^Invalid value: .*: (?=[^:]+$)/, '').replace(/^Forbidden: /, '');
  return words.length > maxWords ? `${words.slice(0, maxWords)}…` : words;
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
