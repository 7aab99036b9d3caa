import { parseDuration } from './duration.ts';
import { usage } from './errors.ts';

/** The parsed command line of one command. Asking for what its definition does not declare is a bug and throws. */
export interface Input {
  /** The argument with this name, or `null` when it was not given. */
  argument(name: string): string | null;
  /** The argument that must be given. */
  required(name: string): string;
  /** All values of an argument that may be given several times. */
  list(name: string): readonly string[];
  /** Whether a switch was given. */
  flag(name: string): boolean;
  /** The value of an option, its default, or `null`. */
  text(name: string): string | null;
  /** In milliseconds. @throws FairleadError `cli.usage` */
  duration(name: string): number | null;
  /** A whole number from 0 up. @throws FairleadError `cli.usage` */
  count(name: string): number | null;
}

/**
 * @param values by argument
 * @param options by name in camel case, as commander gives them
 * @param declared the names of all options that the command has
 */
export function createInput(
  values: ReadonlyMap<string, string | readonly string[] | null>,
  options: Readonly<Record<string, unknown>>,
  declared: ReadonlySet<string>,
): Input {
  const argument = (name: string): string | readonly string[] | null => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`the command declares no argument "${name}"`);
    return value;
  };
  const option = (name: string): unknown => {
    if (!declared.has(name)) throw new Error(`the command declares no option "${name}"`);
    return options[name];
  };
  const text = (name: string): string | null => {
    const value = option(name);
    return typeof value === 'string' ? value : null;
  };
  return {
    argument: (name) => {
      const value = argument(name);
      return typeof value === 'string' ? value : null;
    },
    required: (name) => {
      const value = argument(name);
      if (typeof value !== 'string')
        throw new Error(`"${name}" is not an argument that must be given once`);
      return value;
    },
    list: (name) => {
      const value = argument(name);
      return Array.isArray(value) ? (value as readonly string[]) : [];
    },
    flag: (name) => option(name) === true,
    text,
    duration: (name) => {
      const value = text(name);
      return value === null ? null : parseDuration(value, `--${dashed(name)}`);
    },
    count: (name) => {
      const value = text(name);
      return value === null ? null : parseCount(value, `--${dashed(name)}`);
    },
  };
}

/** A whole number from 0 up. @throws FairleadError `cli.usage`, naming `option` */
export function parseCount(value: string, option: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw usage({
    message: `${option} ${value} is not a whole number`,
    hint: 'Give a number from 0 up.',
  });
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
