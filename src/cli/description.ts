import type { OutputFormat } from './output-format.ts';

/** What a shell can complete an argument or an option's value with. */
export type Completion =
  | { readonly kind: 'application' }
  | { readonly kind: 'environment' }
  | { readonly kind: 'source' }
  | { readonly kind: 'digest' }
  | { readonly kind: 'file' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'application-or'; readonly words: readonly string[] };

/** One argument of a command, as the command line, help, completion and the reference know it. */
export interface ArgumentSpec {
  /** As in usage lines: `<file>` must be given, `[selection...]` may be, several times. */
  readonly usage: string;
  readonly description: string;
  readonly completion?: Completion;
}

/** One option of a command, as the command line, help, completion and the reference know it. */
export interface OptionSpec {
  /**
   * `-e, --environment <name>`, `--worktree`, `--no-color`. A `<duration>` or `<count>` is checked before the command runs.
   */
  readonly flags: string;
  readonly description: string;
  /** As shown and as used when the option is not given. */
  readonly default?: string;
  readonly choices?: readonly string[];
  /** Environment variable that gives the value when the command line does not. */
  readonly env?: string;
  readonly completion?: Completion;
  /** Left out of help and completion. */
  readonly hidden?: boolean;
}

/** A command line that help shows, and that the reference repeats. */
interface Example {
  readonly run: string;
  /** What it does, in a few words. */
  readonly why: string;
}

/** Headings under which the main help lists commands. */
export const groups = ['Start', 'See', 'Change', 'Undo and wait', 'Operate', 'More'] as const;
/** One of `groups`. */
export type Group = (typeof groups)[number];

/** One command as help and completion know it, without loading it. */
export interface DescribedCommand {
  readonly name: string;
  readonly group: Group;
  /** One sentence. */
  readonly summary: string;
  /** Works, but is not listed. */
  readonly hidden?: boolean;
  readonly load: () => Promise<CommandDescription>;
}

/** What is said of a command. Help, completion and the reference are made from it. */
export interface CommandDescription {
  /** What it does, when to use it, what it ends with; paragraphs are separated by an empty line. */
  readonly description: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly Example[];
  /** The formats that it can write; the first is what it writes without -o. */
  readonly outputs: readonly OutputFormat[];
}
