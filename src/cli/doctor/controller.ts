import type { Api, ControllerStatus, SourceView } from '../../control/api.ts';
import { createControlClient } from '../../control/client.ts';
import { FairleadError } from '../../model/error.ts';
import { showDuration } from '../duration.ts';
import { showSelector } from '../selection.ts';
import { countOf } from '../show/counts.ts';
import { isError, problemLine } from '../show/problem.ts';
import { showSource, sourceTroubles } from '../show/source.ts';
import { messageOf, ok, problem, warning } from './check.ts';
import type { Check } from './check.ts';

/** A controller that answers nothing for this long is stuck. */
const patienceMs = 5_000;

interface ControllerFindings {
  readonly checks: readonly Check[];
  /** What it said, where one runs. */
  readonly status: ControllerStatus | null;
}

/** The running controller, if there is one: does it answer, is it ours, and how are its sources and applications? */
export async function checkController(
  socketPath: string,
  ownVersion: string,
  signal: AbortSignal,
): Promise<ControllerFindings> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const api = createControlClient({ socketPath, signal: ending });
  let status: ControllerStatus;
  try {
    status = await api.status();
  } catch (error) {
    return { checks: [checkSilence(socketPath, error)], status: null };
  }
  const checks = [
    checkVersion(status, ownVersion),
    ...(status.mode === 'active'
      ? []
      : [
          warning(
            'controller',
            `it only watches: ${status.modeReason}`,
            'Look at `fairlead plan --server`, then `fairlead resume --all`.',
          ),
        ]),
    ...checkConfiguration(status),
    ...status.sources.flatMap((source) => checkSource(source, status.nowMs)),
    ...(await checkApplications(api)),
  ];
  return { checks, status };
}

function checkSilence(socketPath: string, error: unknown): Check {
  if (error instanceof FairleadError && error.code === 'control.unreachable') {
    return ok('controller', 'none runs on this state folder');
  }
  const fix =
    error instanceof FairleadError
      ? error.hint
      : 'End the controller (SIGTERM) and start it again; what it deployed goes on running.';
  return problem(
    'controller',
    `the one at ${socketPath} does not answer: ${messageOf(error)}`,
    fix,
  );
}

function checkVersion(status: ControllerStatus, ownVersion: string): Check {
  const since = showDuration(status.nowMs - status.startedAtMs);
  return status.version === ownVersion
    ? ok(
        'controller',
        `version ${status.version}, running for ${since}, ${countOf(status.applications, 'application')}`,
      )
    : warning(
        'controller',
        `it is version ${status.version}, this command ${ownVersion}`,
        'Start the controller anew, so that both are the same version.',
      );
}

function checkConfiguration(status: ControllerStatus): readonly Check[] {
  if (status.config.problems.length === 0) return [ok('configuration', 'no problems')];
  return status.config.problems.map((one) => {
    const check = isError(one) ? problem : warning;
    return check('configuration', problemLine(one), one.hint);
  });
}

function checkSource(source: SourceView, nowMs: number): readonly Check[] {
  const name = `source ${showSource(source)}`;
  const troubles = sourceTroubles(source, nowMs);
  if (troubles.length === 0) return [ok(name, source.url)];
  return troubles.map(({ kind, why, next }) =>
    kind === 'held'
      ? warning(name, why, `If that is meant: \`${next}\`.`)
      : problem(name, why, next),
  );
}

async function checkApplications(api: Api): Promise<readonly Check[]> {
  const views = await api.applications();
  const failing = views.filter((view) => view.error !== null);
  if (failing.length === 0) return [ok('applications', `${views.length}, none with an error`)];
  return failing.map((view) =>
    warning(`application ${showSelector(view)}`, view.error?.message ?? '', view.error?.hint ?? ''),
  );
}
