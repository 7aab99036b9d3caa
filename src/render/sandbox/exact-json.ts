/** What a reviver is told beside key and value; the types of the language do not have it yet. */
interface Context {
  /** A primitive as it stands in the text. */
  readonly source?: string;
}

type Reviver = (key: string, value: unknown, context: Context) => unknown;
type Parse = (text: string, reviver?: Reviver) => unknown;

const parse = JSON.parse as unknown as Parse;

/** Only a text with something like this can hold a number that does not survive; strings may look like it, too. */
const suspicious = /\d{16}|[eE]\+?\d{3}/;

/** A number of a JSON text cannot be kept exactly. */
export class InexactNumber extends Error {
  override readonly name = 'InexactNumber';
}

/** Parses JSON. @throws InexactNumber where a whole number is beyond 2^53, or a number is too large. */
export function parseExactJson(text: string): unknown {
  if (!suspicious.test(text)) return parse(text);
  return parse(text, (_key, value, { source = '' }) => {
    if (typeof value !== 'number') return value;
    const isLost = Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.eE]/.test(source);
    if (isLost || !Number.isFinite(value)) throw new InexactNumber(source);
    return value;
  });
}
