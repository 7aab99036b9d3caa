import { Argument, Option } from 'commander';
import type {
  ArgumentSpec,
  CommandDescription,
  Completion,
  DescribedCommand,
  OptionSpec,
} from '../description.ts';
import { globalOptions } from '../globals.ts';

/** A word that a shell may put where the cursor is. */
export interface Proposal {
  readonly value: string;
  /** Shown beside it by shells that can; may be empty. */
  readonly description: string;
}

type Candidates =
  | { readonly kind: 'words'; readonly proposals: readonly Proposal[] }
  | { readonly kind: 'path'; readonly of: 'file' | 'folder' };

/** Names that only the running system knows. */
export type NameKind = 'application' | 'environment' | 'source' | 'digest';

/**
 * What could stand in the place of the last of `words` (which may be empty), given those before it. Proposals that
 * do not begin with what is typed are left out.
 */
export async function candidates(
  commands: readonly DescribedCommand[],
  words: readonly string[],
  names: (kind: NameKind) => Promise<readonly Proposal[]>,
): Promise<Candidates> {
  const before = words.slice(0, -1);
  const typed = words.at(-1) ?? '';
  const state = await walk(commands, before);

  const [, option, value] = /^(--[^=]+)=(.*)$/.exec(typed) ?? [];
  if (option !== undefined && value !== undefined) {
    const spec = state.options.find((one) => flagsOf(one).includes(option));
    const found = await propose(completionOf(spec), names);
    return narrow(found, value, `${option}=`);
  }
  if (state.awaiting !== null)
    return narrow(await propose(completionOf(state.awaiting), names), typed, '');
  if (typed.startsWith('-')) {
    const flags = state.options
      .filter((one) => one.hidden !== true)
      .map((one) => ({ value: flagsOf(one).at(-1) ?? '', description: one.description }));
    return narrow(
      { kind: 'words', proposals: [...flags, { value: '--help', description: 'Show help' }] },
      typed,
      '',
    );
  }
  if (state.definition === null) {
    const visible = commands.filter((command) => command.hidden !== true);
    const proposals = visible.map((command) => ({
      value: command.name,
      description: command.summary,
    }));
    return narrow({ kind: 'words', proposals }, typed, '');
  }
  return narrow(await propose(state.argument?.completion, names), typed, '');
}

interface Walked {
  readonly definition: CommandDescription | null;
  readonly options: readonly OptionSpec[];
  /** The option whose value comes next. */
  readonly awaiting: OptionSpec | null;
  /** The argument that comes next. */
  readonly argument: ArgumentSpec | null;
}

/** Goes through the finished words as the parser would. */
async function walk(
  commands: readonly DescribedCommand[],
  words: readonly string[],
): Promise<Walked> {
  let definition: CommandDescription | null = null;
  let options: readonly OptionSpec[] = globalOptions;
  let given = 0;
  let awaiting: OptionSpec | null = null;
  for (const word of words) {
    if (awaiting !== null) awaiting = null;
    else if (word.startsWith('-')) {
      const spec = options.find((one) => flagsOf(one).includes(word));
      if (spec !== undefined && takesValue(spec)) awaiting = spec;
    } else if (definition === null) {
      definition = (await commands.find((command) => command.name === word)?.load()) ?? null;
      if (definition !== null) options = [...definition.options, ...globalOptions];
    } else given += 1;
  }
  const specs: readonly ArgumentSpec[] = definition?.arguments ?? [];
  const last = specs.at(-1);
  const repeated = last !== undefined && new Argument(last.usage).variadic ? last : null;
  return { definition, options, awaiting, argument: specs[given] ?? repeated };
}

async function propose(
  completion: Completion | undefined,
  names: (kind: NameKind) => Promise<readonly Proposal[]>,
): Promise<Candidates> {
  switch (completion?.kind) {
    case undefined:
      return { kind: 'words', proposals: [] };
    case 'file':
    case 'folder':
      return { kind: 'path', of: completion.kind };
    case 'words':
      return {
        kind: 'words',
        proposals: completion.words.map((value) => ({ value, description: '' })),
      };
    case 'application-or': {
      const words = completion.words.map((value) => ({ value, description: '' }));
      return { kind: 'words', proposals: [...words, ...(await names('application'))] };
    }
    case 'application':
    case 'environment':
    case 'source':
    case 'digest':
      return { kind: 'words', proposals: await names(completion.kind) };
  }
}

function completionOf(spec: OptionSpec | undefined): Completion | undefined {
  return (
    spec?.completion ??
    (spec?.choices === undefined ? undefined : { kind: 'words', words: spec.choices })
  );
}

function narrow(found: Candidates, typed: string, prefix: string): Candidates {
  if (found.kind === 'path') return found;
  const proposals = found.proposals
    .filter((one) => one.value.startsWith(typed))
    .map((one) => ({ ...one, value: prefix + one.value }));
  return { kind: 'words', proposals };
}

function flagsOf(option: OptionSpec): readonly string[] {
  return option.flags.match(/(?<![\w-])--?[\w-]+/g) ?? [];
}

function takesValue(spec: OptionSpec): boolean {
  const option = new Option(spec.flags);
  return option.required || option.optional;
}
