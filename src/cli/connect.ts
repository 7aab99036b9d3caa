import { createControlClient } from '../control/client.ts';
import type { Api, SourceView } from '../control/api.ts';
import { unreachable } from '../control/errors.ts';
import { configMissing } from '../config/errors.ts';
import { FairleadError } from '../model/error.ts';
import { orAbort } from './abort.ts';
import { findCheckout, hasConfiguration } from './checkout.ts';
import type { OptionSpec } from './description.ts';
import type { Context } from './context.ts';
import { noCheckout, usage } from './errors.ts';
import type { Input } from './input.ts';
import { sourceNotReady } from '../reconcile/errors.ts';
import { defaultStateDir, socketPathOf } from '../state/location.ts';
import { hang } from './terminal/width.ts';

/** Who answers a command. */
interface Connection extends AsyncDisposable {
  readonly api: Api;
  /** `server`: the running controller. `checkout`: this process, working from a checkout. */
  readonly via: 'server' | 'checkout';
  /** Top folder of the checkout; `null` with a server. */
  readonly checkout: string | null;
}

interface ConnectOptions {
  /**
   * Whom to ask where both could answer. `checkout`: commands about what a checkout says (plan, sync …).
   * `server`: commands about what is running (get, hold …).
   */
  readonly prefer: 'checkout' | 'server';
  readonly server: boolean;
  readonly local: boolean;
  /** Use uncommitted changes too; only a checkout has them. */
  readonly worktree: boolean;
  /** Whether anything may be changed; a checkout then needs the lock of the state folder. */
  readonly write: boolean;
  /** Look at every application of a checkout first, for commands that show how they are. */
  readonly look?: boolean;
  /** Take over what another installation released; only a checkout can be told so. */
  readonly takeOver?: boolean;
}

/** Options of every command that a controller or a checkout can answer. */
export const whereOptions: readonly OptionSpec[] = [
  { flags: '--server', description: 'Ask the running controller, also inside a checkout' },
  { flags: '--local', description: 'Work from the checkout, also where a controller runs' },
];

/** For commands that look at a checkout first. */
export const checkoutOptions: readonly OptionSpec[] = [
  ...whereOptions,
  {
    flags: '--worktree',
    description: 'Take uncommitted changes of the checkout too, instead of HEAD',
  },
];

/** What `whereOptions` say; the command has to have them. */
export function whereOf(input: Input): Pick<ConnectOptions, 'server' | 'local'> {
  return { server: input.flag('server'), local: input.flag('local') };
}

/** Connects a command about what a checkout says and changes nothing: to the checkout, or to the controller elsewhere. */
export function connectToCheckout(context: Context, input: Input): Promise<Connection> {
  const worktree = input.flag('worktree');
  return connect(context, { prefer: 'checkout', ...whereOf(input), worktree, write: false });
}

/** Connects a command about what is running: to the controller, or to the checkout where none answers. */
export function connectToRunning(
  context: Context,
  input: Input,
  options: Partial<Pick<ConnectOptions, 'look' | 'write'>> = {},
): Promise<Connection> {
  const { look = false, write = false } = options;
  return connect(context, { prefer: 'server', ...whereOf(input), worktree: false, write, look });
}

/**
 * Connects a command to who can answer it:
 *
 * 1. `--server`: the controller. `--local` or `--worktree`: the checkout.
 * 2. Commands that prefer the checkout take it where the folder (or the one named with -C) lies in one that holds a
 *    configuration; else the controller.
 * 3. Commands that prefer the server take it where it answers; else the checkout.
 *
 * @throws FairleadError `control.unreachable`, `cli.no-checkout`, `cli.usage`
 */
export async function connect(context: Context, options: ConnectOptions): Promise<Connection> {
  if (options.server && (options.local || options.worktree)) {
    throw usage({
      message: `--server and ${options.local ? '--local' : '--worktree'} exclude each other`,
      hint: 'Give one of the two.',
    });
  }
  if (options.server) return refuseUnreadServer(await connectNamedServer(context), options);
  if (options.local || options.worktree)
    return openCheckout(context, await requireCheckout(context), options);
  if (options.prefer === 'checkout') {
    const top = await checkoutOfFolder(context);
    if (top !== null) return openCheckout(context, top, options);
    if (context.globals.directoryGiven) await requireCheckout(context);
    return refuseUnreadServer(await orNoCheckout(context, await tryServer(context)), options);
  }
  const server = await tryServer(context);
  if (!(server instanceof FairleadError)) return server;
  const top = await checkoutOfFolder(context);
  if (top === null) throw server;
  return openCheckout(context, top, options);
}

/** Whether this is the repository with the configuration and was never read, so that nothing is known of what there is. */
export function isUnread({ name, current }: SourceView): boolean {
  return name === '' && current === null;
}

/**
 * What was never read cannot be planned; commands about what is running may still tell about it.
 * @throws FairleadError `source.not-ready`
 */
async function refuseUnreadServer(
  connection: Connection,
  { prefer }: Pick<ConnectOptions, 'prefer'>,
): Promise<Connection> {
  if (prefer === 'server') return connection;
  const own = (await connection.api.status()).sources.find(isUnread);
  if (own === undefined) return connection;
  throw sourceNotReady({
    message: own.failing?.message ?? 'the repository has not been read yet',
    resource: own.url,
  });
}

/** The running controller. @throws FairleadError `control.unreachable` when there is none */
export async function connectServer(context: Context): Promise<Connection> {
  const server = await tryServer(context);
  if (server instanceof FairleadError) throw server;
  return server;
}

/** As `connectServer` for `--server`: inside a checkout there is another way, without it. */
async function connectNamedServer(context: Context): Promise<Connection> {
  const server = await tryServer(context);
  if (!(server instanceof FairleadError)) return server;
  if ((await checkoutOfFolder(context)) === null) throw server;
  throw unreachable({
    message: server.message,
    ...(server.resource !== undefined && { resource: server.resource }),
    cause: server.cause,
    hint: 'Start one with `fairlead up`, or leave --server out: then this checkout answers.',
  });
}

/** A connection that has answered once, or why there is none. */
async function tryServer(context: Context): Promise<Connection | FairleadError> {
  const api = createControlClient({ socketPath: socketPath(context), signal: context.signal });
  try {
    await api.status();
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof FairleadError && error.code === unreachable.definition.code) return error;
    throw error;
  }
  return { api, via: 'server', checkout: null, [Symbol.asyncDispose]: async () => undefined };
}

/** Where the controller of this state folder listens, whether one runs or not. */
export function socketPath(context: Context): string {
  return socketPathOf(stateDirOf(context), context.io.env);
}

/** The state folder: `--state-dir`, `FAIRLEAD_STATE_DIR`, else the user's own. */
export function stateDirOf(context: Context): string {
  return context.globals.stateDir ?? defaultStateDir(context.io.env);
}

/** The checkout that the command runs in, where it holds a configuration. */
export async function checkoutOfFolder(context: Context): Promise<string | null> {
  const top = await findCheckout(context.globals.directory);
  return top !== null && (await hasConfiguration(top)) ? top : null;
}

/** The checkout that was asked for. @throws FairleadError `cli.no-checkout` */
export async function requireCheckout(context: Context): Promise<string> {
  const { directory } = context.globals;
  const top = await findCheckout(directory);
  if (top === null)
    throw noCheckout({ message: `${directory} is not in a Git checkout`, resource: directory });
  if (await hasConfiguration(top)) return top;
  throw noCheckout({
    message: `${top} holds no fairlead.yaml and no fairlead/*.yaml`,
    resource: top,
    hint: 'Write one with `fairlead init`.',
  });
}

async function orNoCheckout(
  context: Context,
  server: Connection | FairleadError,
): Promise<Connection> {
  if (!(server instanceof FairleadError)) return server;
  const { directory } = context.globals;
  if ((await findCheckout(directory)) === null && (await hasConfiguration(directory))) {
    throw noCheckout({
      message: `${directory} holds a Fairlead configuration, but is in no Git repository`,
      resource: directory,
      hint: 'Make it one (`git init`) and commit what it holds.',
    });
  }
  throw noCheckout({
    message: `${context.globals.directory} is not in a checkout with a Fairlead configuration, and no controller runs`,
    resource: context.globals.directory,
    cause: server,
  });
}

/** Opens a checkout in this process. */
export async function openCheckout(
  context: Context,
  top: string,
  options: Pick<ConnectOptions, 'worktree' | 'write' | 'takeOver' | 'look'>,
): Promise<Connection> {
  context.progress.status(options.worktree ? `reading ${top}` : `reading HEAD of ${top}`);
  // Loaded here, because the engine is most of the program and `--help` needs nothing of it.
  const { openController } = await import('../compose.ts');
  const controller = await orAbort(
    context.signal,
    openController({
      stateDir: stateDirOf(context),
      mode: 'checkout',
      directory: top,
      worktree: options.worktree,
      write: options.write,
      takeOver: options.takeOver,
      env: context.io.env,
      onWarning: (message) =>
        context.progress.important(
          hang(`${context.style.warn('warning:')} `, message, context.progress.width, '  '),
        ),
    }),
  );
  try {
    await refuseUnread(controller.api, top, options.worktree);
    if (options.look === true) {
      context.progress.status('looking at what is live');
      await orAbort(context.signal, controller.look());
    }
  } catch (error) {
    await controller.close();
    throw error;
  }
  context.progress.status(null);
  return {
    api: controller.api,
    via: 'checkout',
    checkout: top,
    [Symbol.asyncDispose]: () => controller.close(),
  };
}

/**
 * What could not be read is no empty configuration: nobody should be told that everything is as Git says.
 * @throws FairleadError `cli.no-checkout`
 */
async function refuseUnread(api: Api, top: string, worktree: boolean): Promise<void> {
  const { sources, config } = await api.status();
  const own = sources.find(isUnread);
  if (own !== undefined && own.failing !== null) {
    const { message, hint } = own.failing;
    throw noCheckout({ message, resource: top, hint });
  }
  if (worktree || !config.problems.some((one) => one.code === configMissing.definition.code))
    return;
  throw noCheckout({
    message: `the Fairlead configuration in ${top} is not committed`,
    resource: top,
    hint: 'Commit it, or add --worktree to take what is not committed, too.',
  });
}
