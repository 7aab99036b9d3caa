import { realpath } from 'node:fs/promises';
import type { ApplicationView } from '../../control/api.ts';
import { serveControl } from '../../control/server.ts';
import type { ControlServer } from '../../control/server.ts';
import { errorFromRecord } from '../../model/error.ts';
import { orAbort } from '../abort.ts';
import { exitCodeOfSources, findBlockers, printBlockers, sourceBlockers } from '../blockers.ts';
import { findCheckout } from '../checkout.ts';
import type { CommandDefinition } from '../command.ts';
import { socketPath, stateDirOf } from '../connect.ts';
import type { Context } from '../context.ts';
import { noCheckout } from '../errors.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Input } from '../input.ts';
import { listen } from '../live.ts';
import type { Listener } from '../live.ts';
import { takeOverOption } from '../options.ts';
import { byReleaseOrder } from '../selection.ts';
import { isError, problemLine } from '../show/problem.ts';
import { isWell } from '../show/status.ts';
import { applicationView } from '../show/views.ts';
import { createControllerLog } from '../up/log.ts';
import type { ControllerLog } from '../up/log.ts';
import { repositoryOptions, trustOf } from '../up/repository.ts';
import type { Controller } from '../../compose.ts';

/** Somebody who commits in the checkout that is followed waits for it; looking costs no network. */
const checkoutPollMs = 2_000;

const logFormats = ['text', 'json'] as const;

export const up: CommandDefinition = {
  description: `Runs the controller in the foreground: it follows the repository that holds the configuration, plans what differs, carries out what policy allows, watches what is live and heals it. Inside a checkout and without --repo it follows that checkout: a commit is a deployment. It listens on a socket in its state folder, over which the other commands talk to it.

Ctrl-C (code 130) and SIGTERM (code 0) end it before its next effect; a second signal ends it at once. What it deployed goes on running.

With --once it reconciles everything once and ends: 0 when all is in sync and healthy, 3 when something is not, 7 when a plan or a commit waits for a person, else the code of the first error: 1, or 5 when a source cannot be found.`,
  arguments: [],
  options: [
    {
      flags: '--repo <url>',
      description: 'Repository with the configuration (default: the checkout this runs in)',
    },
    {
      flags: '--ref <branch>',
      description: "Branch to follow (default: the repository's own, HEAD)",
    },
    {
      flags: '--poll <duration>',
      description: 'Time between looks at the repository (default: 60s; 2s for a checkout)',
    },
    {
      flags: '--allow-forced-push',
      description: 'Take a rewritten history of the repository without asking',
    },
    ...repositoryOptions,
    takeOverOption,
    { flags: '--once', description: 'Reconcile everything once, then end' },
    {
      flags: '--log-format <format>',
      description: 'How to write what happens to stderr',
      choices: logFormats,
      default: 'text',
      completion: { kind: 'words', words: logFormats },
    },
  ],
  examples: [
    { run: 'fairlead up', why: 'follow the checkout this runs in' },
    {
      run: 'fairlead up --repo https://git.example.org/shop.git --ref main',
      why: 'follow a repository',
    },
    {
      run: 'fairlead up --repo https://git.example.org/shop.git --token-file token --verify-ssh allowed_signers',
      why: 'one that asks for a token, and only signed commits of it',
    },
    {
      run: 'fairlead up --once --timeout 5m',
      why: 'in a pipeline: all of it once, then an exit code',
    },
    {
      run: 'fairlead --state-dir /var/lib/fairlead up --repo /srv/shop.git --log-format json',
      why: 'as a service',
    },
  ],
  outputs: ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'],
  run: async (context, input) => {
    const given = input.text('repo');
    const url = given ?? (await checkoutOf(context));
    const intervalMs = input.duration('poll') ?? (given === null ? checkoutPollMs : undefined);
    const log = createControllerLog(context, input.text('logFormat') === 'json' ? 'json' : 'text');
    const controller = await open(context, input, { url, intervalMs }, log);
    let server: ControlServer | null = null;
    try {
      server = await serveControl({ api: controller.api, socketPath: socketPath(context) });
      await banner(context, input, url, controller, log);
      return input.flag('once')
        ? await once(context, controller, log)
        : await follow(context, controller, log);
    } finally {
      await server?.close();
      await controller.close();
    }
  },
};

async function checkoutOf(context: Context): Promise<string> {
  const top = await findCheckout(context.globals.directory);
  // As Git says it: the records at the targets name the repository by this.
  if (top !== null) return realpath(top);
  throw noCheckout({
    message: `${context.globals.directory} is not in a Git checkout, and no --repo is given`,
    resource: context.globals.directory,
    hint: 'Name the repository with --repo, or run this in a checkout of it.',
  });
}

async function open(
  context: Context,
  input: Input,
  followed: { readonly url: string; readonly intervalMs: number | undefined },
  log: ControllerLog,
): Promise<Controller> {
  const { openController } = await import('../../compose.ts');
  return openController({
    stateDir: stateDirOf(context),
    mode: 'controller',
    repository: {
      ...followed,
      ...trustOf(context, input),
      ref: input.text('ref'),
      allowForcedPush: input.flag('allowForcedPush'),
    },
    continuous: !input.flag('once'),
    takeOver: input.flag('takeOver'),
    env: context.io.env,
    log: log.engine,
    onWarning: (message) => log.engine.warn(message),
  });
}

async function banner(
  context: Context,
  input: Input,
  url: string,
  controller: Controller,
  log: ControllerLog,
): Promise<void> {
  const status = await controller.api.status();
  log.banner([
    ['Follows', `${url} ${input.text('ref') ?? ''}`.trim()],
    ['State', stateDirOf(context)],
    ['Socket', socketPath(context)],
    ...(status.mode === 'read-only' ? [['Read-only', status.modeReason] as const] : []),
    ...(input.flag('once') ? [] : [['Stop', 'Ctrl-C; what it deployed goes on running'] as const]),
  ]);
}

/** Until a signal. Its kind decides how that counts. */
async function follow(
  context: Context,
  controller: Controller,
  log: ControllerLog,
): Promise<ExitCode> {
  await using told = await tell(controller, log);
  await controller.run(context.signal);
  await told.drain();
  log.flush();
  if (context.io.interrupt.aborted) {
    return context.io.interrupt.reason === 'SIGTERM' ? exitCodes.ok : exitCodes.interrupted;
  }
  context.signal.throwIfAborted();
  return exitCodes.ok;
}

async function once(
  context: Context,
  controller: Controller,
  log: ControllerLog,
): Promise<ExitCode> {
  await using told = await tell(controller, log);
  await orAbort(context.signal, controller.once(context.signal));
  const { api } = controller;
  const status = await api.status();
  const views = (await api.applications()).toSorted(byReleaseOrder(status.declared));
  await told.drain();
  log.flush();
  for (const problem of status.config.problems) {
    log.engine.warn(problemLine(problem));
  }
  const failing = status.sources.flatMap((source) => source.failing ?? []);
  for (const { message, hint } of failing) log.engine.error(`${message}. ${hint}`);
  context.out.list(applicationView(context.nowMs()), views);
  printBlockers(context, [
    ...sourceBlockers(status.sources, status.nowMs, ({ held }) => held !== null),
    ...(await findBlockers(
      api,
      views.filter((view) => !isWell(view) || view.error !== null),
    )),
  ]);
  const isBroken = failing.length === 0 && status.config.problems.some(isError);
  // What runs may be well, but it is not what the branch says.
  return codeOf(views, isBroken ? exitCodes.error : exitCodeOfSources(status.sources));
}

/** `broken`: the code where no application says more. */
function codeOf(views: readonly ApplicationView[], broken: ExitCode | null): ExitCode {
  const failed = views.find((view) => view.error !== null && !isUnhealthy(view));
  if (failed?.error != null) return exitCodeOf(errorFromRecord(failed.error));
  if (broken !== null) return broken;
  if (views.some((view) => view.waiting !== null)) return exitCodes.refused;
  return views.every(isWell) ? exitCodes.ok : exitCodes.degraded;
}

/** Carried out, but it does not work: that is told as degraded, not as an error of the command. */
function isUnhealthy(view: ApplicationView): boolean {
  return view.error?.code === 'apply.health-missed' || view.error?.code === 'release.quarantined';
}

/** Writes events to the log as they happen, all from now on. */
function tell(controller: Controller, log: ControllerLog): Promise<Listener> {
  return listen(
    controller.api,
    new AbortController().signal,
    (event) => log.event(event),
    (error) => log.engine.error('events can no longer be followed', { error: String(error) }),
  );
}
