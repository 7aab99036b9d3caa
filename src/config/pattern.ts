/**
 * Whether a text matches a pattern in which `*` stands for anything but a slash and `**` for anything. Takes time
 * in proportion to both lengths, whatever the pattern.
 */
export function matches(pattern: string, text: string): boolean {
  const parts = pattern.match(/\*+|[^*]/gs) ?? [];
  // reached[i]: the parts so far can have consumed i characters.
  let reached = [true, ...Array.from({ length: text.length }, () => false)];
  for (const part of parts) {
    const next = Array.from({ length: text.length + 1 }, () => false);
    for (let at = 0; at <= text.length; at++) {
      if (part.startsWith('*')) {
        const crosses = part.length > 1 || text[at - 1] !== '/';
        next[at] = reached[at] === true || (at > 0 && crosses && next[at - 1] === true);
      } else {
        next[at] = at > 0 && reached[at - 1] === true && text[at - 1] === part;
      }
    }
    reached = next;
  }
  return reached[text.length] === true;
}
