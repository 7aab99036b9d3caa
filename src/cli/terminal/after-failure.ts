import type { TerminalOutput } from '../io.ts';

/**
 * Begins a new line with the first write after one that failed. A disk that gets full takes a part of a line; what is told when
 * there is room again must not go on in the middle of it, where nobody could read either. That a write fails is nobody's end.
 */
export function freshAfterFailure(stream: TerminalOutput): TerminalOutput {
  let isCut = false;
  stream.on('error', () => {
    isCut = true;
  });
  const write = (chunk: unknown, ...rest: never[]): boolean => {
    const lead = isCut && typeof chunk === 'string' ? '\n' : '';
    isCut = false;
    return stream.write(lead === '' ? chunk : `${lead}${String(chunk)}`, ...rest);
  };
  return new Proxy(stream, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
