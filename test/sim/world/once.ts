/** More than a schedule asks for at a time. */
const most = 2_000;

/** Gives for equal texts what was made of the first. Shared, so only for who changes nothing. */
export function once<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= most) known.clear();
    const made = make(text);
    known.set(text, made);
    return made;
  };
}

const parsed = once((text): unknown =>
  JSON.parse(text, (_, value: unknown) => Object.freeze(value)),
);

/** What a JSON text says, shared by all who read it, as judge and engine do over and over: whoever changes it breaks. */
export function parseOnce<T>(text: string): T {
  return parsed(text) as T;
}
