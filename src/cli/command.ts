import type { Context } from './context.ts';
import type { CommandDescription, DescribedCommand } from './description.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Input } from './input.ts';

/** One command as the registry knows it without loading it. */
export interface CommandEntry extends DescribedCommand {
  readonly load: () => Promise<CommandDefinition>;
}

/** All of a command. */
export interface CommandDefinition extends CommandDescription {
  /** @throws FairleadError for every failure; the program shows it and chooses the exit code */
  readonly run: (context: Context, input: Input) => Promise<ExitCode>;
}
