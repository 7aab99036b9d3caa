import pico from 'picocolors';

/** The colours that Fairlead uses, by what they mean. Without colours every function gives its text back. */
export interface Style {
  readonly enabled: boolean;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly busy: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly command: (text: string) => string;
}

/** @param enabled without, every style gives its text back as it is */
export function createStyle(enabled: boolean): Style {
  const colors = pico.createColors(enabled);
  return {
    enabled,
    good: colors.green,
    bad: colors.red,
    warn: colors.yellow,
    busy: colors.blue,
    strong: colors.bold,
    faint: colors.dim,
    command: colors.cyan,
  };
}

/**
 * Whether to colour what goes to a stream. What was asked for on the command line counts most, then NO_COLOR
 * (https://no-color.org) and FORCE_COLOR (https://force-color.org), then whether the stream is a terminal that can.
 */
export function wantsColor(
  env: NodeJS.ProcessEnv,
  stream: { readonly isTTY?: boolean | undefined },
  refused: boolean,
): boolean {
  if (refused || (env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
