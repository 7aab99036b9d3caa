import type { TerminalOutput } from '../io.ts';
import { visible } from './width.ts';

/**
 * What a terminal may be sent: text, colours, and taking a status line away. Everything else that would move the cursor,
 * change the title or answer in the person's place is shown as its picture. What comes from outside is made safe where it
 * is shown; this holds where that was forgotten.
 */
export function guardOutput(stream: TerminalOutput): TerminalOutput {
  const write = (chunk: unknown, ...rest: never[]): boolean =>
    stream.write(typeof chunk === 'string' ? harmless(chunk) : chunk, ...rest);
  return new Proxy(stream, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Our own sequences (see `style.ts` and `progress.ts`), or one character that a terminal obeys. */
// oxlint-disable-next-line no-control-regex
const pattern = /\r\u001b\[2K|\u001b\[(?:1|2|22|3[12346]|39)m|[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

function harmless(text: string): string {
  return text.replace(pattern, (found) => (found.length > 1 ? found : visible(found)));
}
