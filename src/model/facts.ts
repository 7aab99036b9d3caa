/** What a log line knows beside its words, by name. */
export type Facts = Readonly<Record<string, unknown>>;

/** The line as people read it: `a target could not be opened: target cluster, there is no context "x"`. */
export function showFacts(message: string, facts: Facts | undefined): string {
  if (facts === undefined) return message;
  const parts = Object.entries(facts).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    // An error speaks for itself.
    return name === 'error' ? text.replace(/^\w*Error: /, '') : `${name} ${text}`;
  });
  return parts.length === 0 ? message : `${message}: ${parts.join(', ')}`;
}
